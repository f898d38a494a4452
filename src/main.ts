import { flushTraces } from './platform/tracing/tracing'; // first: it prepares what others load
import cluster from 'node:cluster';
import { PinoLogger } from 'nestjs-pino';
import { runPrimary } from './platform/cluster/primary';
import { LISTEN_WHEN_READY, WorkerLink } from './platform/cluster/worker-link';
import { SystemClock } from './platform/common/clock';
import { errorMessage } from './platform/observability/error-message';
import { closeLog, outputLogging, ServiceLogger } from './platform/observability/logging';
import { stopSignal } from './platform/runtime/stop-signal';
import { ConfigurationError, type Configuration } from './platform/config/configuration';
import { loadConfiguration, misspeltSettings, processEnvironment } from './platform/config/load-configuration';
import { runService } from './service';

/** One service, or with `WEB_CONCURRENCY` this many of them behind one port. Gives the exit code. */
async function main(): Promise<number> {
  const clock = new SystemClock();
  const isWorker = cluster.isWorker;
  // Heard from the first moment on, so that a start cut short cleans up as well.
  const signal = isWorker ? WorkerLink.stopSignal() : stopSignal(clock, () => process.exit(1));
  const environment = processEnvironment();
  const configuration = loadConfiguration(environment);
  const logger = new ServiceLogger(new PinoLogger(outputLogging(configuration.LOG_LEVEL, process.stdout.isTTY)), {});
  if (!isWorker) {
    for (const { name, meant } of misspeltSettings(environment))
      logger.warn(`The variable ${name} is no setting of the Agent Registry: is ${meant} meant?`);
  }
  const ready = (port: number): void => announce(port, configuration, logger);
  if (configuration.WEB_CONCURRENCY > 1 && !isWorker)
    return runPrimary(clock, configuration.WEB_CONCURRENCY, signal, logger, ready);
  await runService({
    clock,
    configuration,
    logger,
    stopSignal: signal,
    opensEarly: !process.argv.includes(LISTEN_WHEN_READY),
    onReady: isWorker ? (port) => WorkerLink.ready(port) : ready,
  });
  await flushTraces();
  return 0;
}

function announce(port: number, configuration: Configuration, logger: ServiceLogger): void {
  const host = configuration.SERVER_HOST === '0.0.0.0' ? '127.0.0.1' : configuration.SERVER_HOST;
  const scheme = configuration.TLS_CERT_FILE ? 'https' : 'http';
  const api = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (Number.parseInt(process.versions.node, 10) < 24) {
    logger.log(`Node ${process.versions.node} serves it; Node 24 LTS answers plain requests two to four times as fast`);
  }
  const data = configuration.DATABASE_URL ? 'DATABASE_URL' : configuration.DATA_DIR;
  logger.log({ msg: 'Agent Registry is ready', api, docs: `${api}/docs`, data });
}

main().then(
  async (code) => {
    await closeLog(new SystemClock());
    process.exit(code);
  },
  (error: unknown) => {
    const isWrong = error instanceof ConfigurationError;
    console.error(isWrong ? error.message : `Agent Registry cannot start: ${errorMessage(error)}`);
    process.exit(1);
  },
);

import { setTimeout as delay } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { PinoLogger } from 'nestjs-pino';
import { AppModule } from './app.module';
import { setUpApp } from './app.setup';
import { errorMessage } from './common/error-message';
import { HttpAdapter } from './common/http-adapter';
import { Lifecycle } from './common/lifecycle';
import { loggingOptions, ServiceLogger } from './common/logging';
import { ConfigurationError, loadConfiguration, processEnvironment, type Configuration } from './config/configuration';
import { waitForDatabase } from './database/wait-for-database';

/** npm and a terminal both pass a Ctrl-C on; within this time it counts as one. */
const SAME_CTRL_C_MS = 250;
/** For what comes after the last request: writing the last heartbeats, closing connections. */
const CLEAN_UP_MS = 10_000;

async function main(): Promise<void> {
  const stopSignal = firstStopSignal(); // heard from the first moment on, so that a start cut short cleans up as well
  const configuration = loadConfiguration(processEnvironment());
  const logger = new ServiceLogger(new PinoLogger(loggingOptions(configuration.LOG_LEVEL, process.stdout.isTTY)), {});
  const adapter = new HttpAdapter();
  await adapter.open(configuration.SERVER_PORT, configuration.SERVER_HOST); // probes are answered while we start
  const app = await start(configuration, adapter, logger, stopSignal).catch(async (error: unknown) => {
    adapter.abandon();
    await adapter.close();
    throw error;
  });
  if (!app) return await adapter.close();
  logger.log({ msg: 'Agent Registry is stopping', signal: await stopSignal.received });
  await stop(app, adapter, configuration, logger);
}

/** The service, serving; undefined when it was told to stop before that. */
async function start(
  configuration: Configuration,
  adapter: HttpAdapter,
  logger: ServiceLogger,
  stopSignal: StopSignal,
): Promise<NestExpressApplication | undefined> {
  const isThere = await waitForDatabase(configuration, stopSignal.aborted, (message) => logger.warn(message));
  if (!isThere) return undefined;
  const module = AppModule.forRoot(configuration);
  const options = { abortOnError: false, bodyParser: false, logger };
  const app = await NestFactory.create<NestExpressApplication>(module, adapter, options);
  try {
    setUpApp(app);
    await app.listen(configuration.SERVER_PORT, configuration.SERVER_HOST);
  } catch (error) {
    await app.close();
    throw error;
  }
  announce(app, configuration, logger);
  return app;
}

function announce(app: NestExpressApplication, configuration: Configuration, logger: ServiceLogger): void {
  const { port } = app.getHttpServer().address() as { port: number };
  const host = configuration.SERVER_HOST === '0.0.0.0' ? '127.0.0.1' : configuration.SERVER_HOST;
  const api = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (Number.parseInt(process.versions.node, 10) < 24) {
    logger.log(`Node ${process.versions.node} serves it; Node 24 LTS answers plain requests two to four times as fast`);
  }
  const data = configuration.DATABASE_URL ? 'DATABASE_URL' : configuration.DATA_DIR;
  logger.log({ msg: 'Agent Registry is ready', api, docs: `${api}/docs`, data });
}

interface StopSignal {
  received: Promise<NodeJS.Signals>;
  aborted: AbortSignal;
}

/**
 * The first SIGTERM or SIGINT; another one ends the process at once. Nest's own shutdown hooks would end it by the signal
 * again: a clean stop is exit code 0.
 */
function firstStopSignal(): StopSignal {
  const controller = new AbortController();
  const received = new Promise<NodeJS.Signals>((resolve) => {
    let first: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      const isEcho = signal === 'SIGINT' && first !== undefined && performance.now() - first < SAME_CTRL_C_MS;
      if (first !== undefined && !isEcho) process.exit(1);
      first ??= performance.now();
      controller.abort();
      resolve(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
  return { received, aborted: controller.signal };
}

/**
 * Readiness turns 503 first, and answers end their connections. Then no more connections are taken, requests in flight
 * finish, what is left is written, and the database is let go.
 */
async function stop(
  app: NestExpressApplication,
  adapter: HttpAdapter,
  { SHUTDOWN_DRAIN_MS, SHUTDOWN_GRACE_SECONDS }: Configuration,
  logger: ServiceLogger,
): Promise<void> {
  app.get(Lifecycle).beginShutdown();
  adapter.drain();
  await delay(SHUTDOWN_DRAIN_MS);
  const grace = SHUTDOWN_GRACE_SECONDS * 1000;
  setTimeout(() => adapter.abandon(), grace).unref();
  setTimeout(() => {
    logger.error('The stop takes too long: ended with work undone');
    process.exit(1);
  }, grace + CLEAN_UP_MS).unref();
  await app.close();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const message =
      error instanceof ConfigurationError ? error.message : `Agent Registry cannot start: ${errorMessage(error)}`;
    console.error(message);
    process.exit(1);
  },
);

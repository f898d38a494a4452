import { flushTraces } from './tracing/tracing'; // first: it prepares what others load
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module';
import { setUpApp } from './app.setup';
import { HttpAdapter } from './common/http-adapter';
import { ConfigurationError, loadConfiguration, processEnvironment, type Configuration } from './config/configuration';

/** npm and a terminal both pass a Ctrl-C on; within this time it counts as one. */
const SAME_SIGNAL_MS = 1000;

async function main(): Promise<void> {
  const stopped = stopSignal(); // heard from the first moment on, so that a start cut short cleans up as well
  const configuration = loadConfiguration(processEnvironment());
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(configuration), new HttpAdapter(), {
    abortOnError: false,
    bodyParser: false,
    bufferLogs: true,
  });
  setUpApp(app);
  const logger = app.get(Logger);
  try {
    await app.listen(configuration.SERVER_PORT, configuration.SERVER_HOST);
  } catch (error) {
    await app.close();
    throw error;
  }
  announce(app, configuration, logger);
  logger.log({ msg: 'Agent Registry is stopping', signal: await stopped });
  await stop(app, configuration);
}

function announce(app: NestExpressApplication, configuration: Configuration, logger: Logger): void {
  const { port } = app.getHttpServer().address() as { port: number };
  const host = configuration.SERVER_HOST === '0.0.0.0' ? '127.0.0.1' : configuration.SERVER_HOST;
  const api = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (Number.parseInt(process.versions.node, 10) < 24) {
    logger.log(`Node ${process.versions.node} serves it; Node 24 LTS answers plain requests two to four times as fast`);
  }
  const data = configuration.DATABASE_URL ? 'DATABASE_URL' : configuration.DATA_DIR;
  logger.log({ msg: 'Agent Registry is ready', api, docs: `${api}/docs`, data });
}

/**
 * The first SIGTERM or SIGINT; another one ends the process at once. Nest's own shutdown hooks would end it by the signal
 * again: a clean stop is exit code 0.
 */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (first !== undefined && performance.now() - first > SAME_SIGNAL_MS) process.exit(1);
      first ??= performance.now();
      resolve(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}

/** Takes no new connections, lets requests in flight finish, writes what is left, lets go of the database. */
async function stop(app: NestExpressApplication, { SHUTDOWN_GRACE_SECONDS }: Configuration): Promise<void> {
  const server = app.getHttpServer();
  setTimeout(() => server.closeAllConnections(), SHUTDOWN_GRACE_SECONDS * 1000).unref();
  await app.close();
  await flushTraces();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(
      error instanceof ConfigurationError ? error.message : `Agent Registry cannot start: ${String(error)}`,
    );
    process.exit(1);
  },
);

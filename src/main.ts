import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module';
import { setUpApp } from './app.setup';
import { ConfigurationError, loadConfiguration, processEnvironment, type Configuration } from './config/configuration';

async function main(): Promise<void> {
  const configuration = loadConfiguration(processEnvironment());
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(configuration), {
    abortOnError: false,
    bodyParser: false,
    bufferLogs: true,
  });
  setUpApp(app);
  stopOnSignal(app, configuration);
  await app.listen(configuration.SERVER_PORT, configuration.SERVER_HOST);
  const { port } = app.getHttpServer().address() as { port: number };
  const url = `http://${configuration.SERVER_HOST === '0.0.0.0' ? '127.0.0.1' : configuration.SERVER_HOST}:${port}`;
  const data = configuration.DATABASE_URL ? 'DATABASE_URL' : configuration.DATA_DIR;
  app.get(Logger).log({ msg: 'Agent Registry is ready', api: url, docs: `${url}/docs`, data });
}

/** Nest's own shutdown hooks would end the process by the signal again; a clean stop is exit code 0. */
function stopOnSignal(app: NestExpressApplication, configuration: Configuration): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1); // asked twice: now
    stopping = true;
    app.get(Logger).log({ msg: 'Agent Registry is stopping', signal });
    setTimeout(() => app.getHttpServer().closeAllConnections(), configuration.SHUTDOWN_GRACE_SECONDS * 1000).unref();
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        app.get(Logger).error({ err: error, msg: 'Agent Registry could not stop cleanly' });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error: unknown) => {
  const message = error instanceof ConfigurationError ? error.message : `Agent Registry cannot start: ${String(error)}`;
  console.error(message);
  process.exit(1);
});

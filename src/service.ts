import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module';
import { setUpApp } from './app.setup';
import { dateOf, type Clock } from './platform/common/clock';
import { TlsFiles } from './platform/http/tls-files';
import { HttpAdapter, type Tls } from './platform/http/http-adapter';
import { Lifecycle } from './platform/runtime/lifecycle';
import type { ServiceLogger } from './platform/observability/logging';
import { releaseStartUpMemory } from './platform/runtime/start-up-memory';
import type { StopSignal } from './platform/runtime/stop-signal';
import type { Configuration } from './platform/config/configuration';
import { waitForDatabase } from './platform/database/wait-for-database';

/** For what comes after the last request: writing the last heartbeats, closing connections. */
const CLEAN_UP_MS = 10_000;

export interface ServiceOptions {
  /** For the process; what is injected has one of its own. */
  clock: Clock;
  configuration: Configuration;
  logger: ServiceLogger;
  stopSignal: StopSignal;
  /** Whether to take connections, and answer probes, before there is anything to serve. */
  opensEarly: boolean;
  /** Called with its port when it serves. */
  onReady: (port: number) => void;
}

/** The service, from its start to its end in this process. Throws when it cannot start. */
export async function runService(options: ServiceOptions): Promise<void> {
  const { clock, configuration, logger, stopSignal } = options;
  const adapter = new HttpAdapter(clock, configuration.REQUEST_TIMEOUT_SECONDS * 1000, tlsOf(configuration, logger));
  if (options.opensEarly) await adapter.open(configuration.SERVER_PORT, configuration.SERVER_HOST);
  const app = await start(adapter, options).catch(async (error: unknown) => {
    adapter.abandon();
    await adapter.close();
    throw error;
  });
  logger.log({ msg: 'Agent Registry is stopping', signal: await stopSignal.received });
  const began = clock.monotonicMs();
  await (app ? stop(app, adapter, options) : adapter.close());
  logger.log({ msg: 'Agent Registry has stopped', duration_ms: Math.round(clock.monotonicMs() - began) });
}

function tlsOf(configuration: Configuration, logger: ServiceLogger): Tls | undefined {
  const files = TlsFiles.of(configuration);
  if (!files) return undefined;
  const onChange = (problem: string | undefined): void => {
    if (problem) logger.error({ msg: 'The changed TLS files cannot be used; those before still hold', problem });
    else logger.log({ msg: 'The TLS files have changed; new connections get them', ...expiryOf(files) });
  };
  return { files, onChange };
}

function expiryOf({ current }: TlsFiles): { certificate_expires_at: string } {
  return { certificate_expires_at: dateOf(current.expiresAt).toISOString() };
}

/** The service, serving; undefined when it was told to stop before that. */
async function start(
  adapter: HttpAdapter,
  { clock, configuration, logger, stopSignal, onReady }: ServiceOptions,
): Promise<NestExpressApplication | undefined> {
  const isUp = await waitForDatabase(clock, configuration, stopSignal.aborted, (message) => logger.warn(message));
  if (!isUp) return undefined;
  const module = AppModule.forRoot(configuration, stopSignal.aborted);
  const options = { abortOnError: false, bodyParser: false, logger };
  const app = await NestFactory.create<NestExpressApplication>(module, adapter, options).catch((error: unknown) => {
    if (stopSignal.aborted.aborted) return undefined; // told to stop while it waited
    throw error;
  });
  if (!app) return undefined;
  try {
    setUpApp(app);
    await app.init();
    releaseStartUpMemory();
    await app.listen(configuration.SERVER_PORT, configuration.SERVER_HOST);
  } catch (error) {
    await app.close();
    throw error;
  }
  onReady((app.getHttpServer().address() as { port: number }).port);
  return app;
}

/**
 * Readiness turns 503 first, and answers end their connections. Then no more connections are taken, requests in flight
 * finish, what is left is written, and the database is let go.
 */
async function stop(
  app: NestExpressApplication,
  adapter: HttpAdapter,
  { clock, configuration: { SHUTDOWN_DRAIN_MS, SHUTDOWN_GRACE_SECONDS }, logger }: ServiceOptions,
): Promise<void> {
  const lifecycle = app.get(Lifecycle);
  lifecycle.beginShutdown();
  adapter.drain();
  await clock.sleep(SHUTDOWN_DRAIN_MS);
  const grace = SHUTDOWN_GRACE_SECONDS * 1000;
  clock.setTimer(grace, () => adapter.abandon()).unref();
  const giveUp = (): void => {
    logger.error({ msg: 'The stop takes too long: ended with work undone', unfinished: lifecycle.unfinished });
    process.exit(1);
  };
  clock.setTimer(grace + CLEAN_UP_MS, giveUp).unref();
  await app.close();
}

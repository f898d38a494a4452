import type { Type } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { PARAMS_PROVIDER_TOKEN, type Params } from 'nestjs-pino';
import type { Options } from 'pino-http';
import { AppModule } from '../../src/app.module';
import { setUpApp } from '../../src/app.setup';
import { HttpAdapter } from '../../src/platform/http/http-adapter';
import { Clock } from '../../src/platform/common/clock';
import { loggingOptions } from '../../src/platform/observability/logging';
import { Configuration } from '../../src/platform/config/configuration';
import { capture } from './captured-output';
import { TestClock } from './test-clock';
import { createTestDatabase, type TestDatabase } from './test-database';

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

/** The service over HTTP, on a database of its own. */
export interface TestApp {
  readonly url: string;
  readonly database: TestDatabase;
  readonly clock: TestClock;
  readonly app: NestExpressApplication;
  /** A request with a JSON body (or none). The answer's body is parsed when it is JSON, else null. */
  request<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
  /** Stops the service and drops the database, unless the database was given. */
  close(): Promise<void>;
}

/** Starts the service in this process. Several may share one database, as replicas do. `modules` are added to the service's own. */
export async function createTestApp(
  overrides: Partial<Configuration> = {},
  sharedDatabase?: TestDatabase,
  customise: (builder: TestingModuleBuilder) => TestingModuleBuilder = (builder) => builder,
  modules: Type[] = [],
): Promise<TestApp> {
  const database = sharedDatabase ?? (await createTestDatabase());
  const configuration = Object.assign(
    new Configuration(),
    { LOG_LEVEL: 'info', DATABASE_URL: database.url, HOT_LANE: process.env.TEST_HOT_LANE ?? 'on' },
    overrides,
  );
  const clock = new TestClock();
  const builder = Test.createTestingModule({ imports: [AppModule.forRoot(configuration), ...modules] })
    .overrideProvider(Clock)
    .useValue(clock)
    .overrideProvider(PARAMS_PROVIDER_TOKEN)
    .useValue(capturedLog(configuration));
  const testing = await customise(builder).compile();
  const app = testing.createNestApplication<NestExpressApplication>(new HttpAdapter(clock), { bodyParser: false });
  setUpApp(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    url,
    database,
    clock,
    app,
    request: (method, path, body, headers) => send(url + path, method, body, headers),
    close: async () => {
      app.getHttpServer().closeAllConnections();
      await app.close();
      if (!sharedDatabase) await database.drop();
    },
  };
}

/** The log of the service, to be seen when the test fails. */
function capturedLog({ LOG_LEVEL, LOG_REQUESTS }: Configuration): Params {
  const { pinoHttp } = loggingOptions(LOG_LEVEL, false, { hasAccessLog: LOG_REQUESTS !== 'off' });
  return { pinoHttp: [pinoHttp as Options, { write: (line: string) => capture(line.trimEnd()) }] };
}

async function send<Body>(
  url: string,
  method: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const payload = body === undefined ? null : JSON.stringify(body);
  const response = await fetch(url, { method, body: payload, headers: { ...type, ...headers } });
  const text = await response.text();
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson && text ? JSON.parse(text) : null) as Body,
  };
}

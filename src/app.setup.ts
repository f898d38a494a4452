import type { INestApplication } from '@nestjs/common';
import type { CorsOptions } from '@nestjs/common/interfaces/external/cors-options.interface';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { describeAccess } from './platform/access/describe-access';
import { Configuration } from './platform/config/configuration';
import { Lifecycle } from './platform/runtime/lifecycle';
import { packageVersion } from './platform/runtime/package-version';
import { openApiOperations } from './platform/common/openapi-operations';
import { SECURITY_SCHEME } from './platform/access/requires.decorator';
import { generatedOnce } from './platform/observability/generated-once';
import type { HttpAdapter } from './platform/http/http-adapter';
import { describedTags } from './platform/http/api-tag';
import { pageHeaders, StaticPages } from './platform/http/static-pages';
import { describeProblems } from './platform/validation/api-problems';
import { BytesInFlight } from './platform/http/bodies/bytes-in-flight';
import { HostCheck } from './platform/gate/host-check';
import { RequestLog } from './platform/gate/request-log';
import { HotLane } from './platform/lane/hot-lane';
import { ServiceLogger } from './platform/observability/logging';
import { identifyRequest } from './platform/observability/request-context';

/** The head of the OpenAPI document. */
const DESCRIPTION = [
  'Where NOA ARK OS agents register, are found, are watched and are governed.',
  'Requests and responses are JSON. A refused request answers a problem document (RFC 9457), whose `code` is stable; `errors` names each ' +
    'value that is wrong. Unknown properties and parameters are refused. Times are RFC 3339 in UTC, durations are seconds.',
  'Lists are read page by page: `next_cursor` of one page is `cursor` of the next, with the same filters, until it is null.',
  '429 and 503 say in `Retry-After` when to ask again. Reading, heartbeats, `PUT` and `DELETE` may be repeated as they are, a registration ' +
    'with its id or an `Idempotency-Key`.',
].join('\n\n');

/** Everything between a created application and one that listens; the same for the service and its tests. */
export function setUpApp(app: NestExpressApplication): void {
  const configuration = app.get(Configuration);
  const { AUTH_MODE, CONNECTIONS_MAX, CORS_ORIGINS, HOT_LANE, LOG_REQUESTS, TRUST_PROXY_HOPS } = configuration;
  app.useLogger(app.get(ServiceLogger));
  app.disable('x-powered-by');
  app.disable('etag'); // an ETag here is an agent's, never a hash of the body
  app.set('trust proxy', TRUST_PROXY_HOPS);
  app.use(identifyRequest);
  const pages = app.get(StaticPages, { strict: false });
  pages.add({ path: '/docs', headers: pageHeaders() });
  app.use(pages.middleware);
  const bytes = app.get(BytesInFlight, { strict: false });
  const adapter = app.getHttpAdapter() as HttpAdapter;
  app.get(Lifecycle).onStop('requests', 'http', () => adapter.close());
  adapter.serves({
    lane: HOT_LANE === 'on' ? hotLane(app, pages) : undefined,
    screen: AUTH_MODE === 'none' ? new HostCheck(configuration) : undefined,
    log: LOG_REQUESTS === 'off' ? undefined : new RequestLog(LOG_REQUESTS),
    onAnswered: (request) => bytes.release(request),
    connectionsMax: CONNECTIONS_MAX,
  });
  if (CORS_ORIGINS) app.enableCors(crossOrigin(CORS_ORIGINS));
  app.use(generatedOnce('/openapi.json', '/openapi.yaml', '/docs', '/docs/', '/docs/swagger-ui-init.js'));
  for (const { path, files } of pages.folders) app.useStaticAssets(files, { prefix: path });
  SwaggerModule.setup('docs', app, () => openApiDocument(app, configuration), {
    customSiteTitle: 'Agent Registry API',
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
  });
}

/** What answers in front of Express, with the headers that Express's middleware sets. */
function hotLane(app: NestExpressApplication, pages: StaticPages): HotLane {
  const lane = app.get(HotLane, { strict: false });
  lane.setHeaders((path) => pages.headersAt(path));
  return lane;
}

/** What a page from one of these origins may do: all that the API has, and read the headers that belong to its answers. */
function crossOrigin(origins: string): CorsOptions {
  const listed = origins.split(',').map((origin) => origin.trim());
  const exposedHeaders = ['ETag', 'Location', 'Retry-After', 'X-Request-Id'];
  return { origin: listed.includes('*') ? '*' : listed, exposedHeaders, maxAge: 600 };
}

/** Where a document that is not served by a registry expects one: where `npm start` runs it. */
export const LOCAL_SERVER = { url: 'http://localhost:8080', description: 'A registry on this machine' };
const THIS_SERVER = { url: '/', description: 'This registry' };

/** The OpenAPI description of what the modules serve. Needs no database. */
export function openApiDocument(
  app: INestApplication,
  configuration: Configuration,
  server: typeof LOCAL_SERVER = THIS_SERVER,
): OpenAPIObject {
  const outline = new DocumentBuilder()
    .setTitle('Agent Registry')
    .setDescription(DESCRIPTION)
    .setVersion(packageVersion())
    .setLicense('Proprietary', '')
    .addServer(server.url, server.description)
    .addSecurity(SECURITY_SCHEME, {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'opaque token, or JWT',
      description: 'With `AUTH_MODE=token` or `jwt`; with `AUTH_MODE=none` no token is asked for.',
    });
  const document = withoutSuffix(SwaggerModule.createDocument(app, outline.build()));
  const used = new Set(openApiOperations(document).flatMap(({ tags = [] }) => tags));
  document.tags = describedTags().filter(({ name }) => used.has(name));
  delete document.info.contact;
  delete document.info.license!.url;
  describeAccess(document, configuration);
  describeProblems(document);
  return document;
}

/** Schemas under names that say nothing of how they are made: `Agent`, not `AgentDto`. */
function withoutSuffix(document: OpenAPIObject): OpenAPIObject {
  const text = JSON.stringify(document).replaceAll(/("#\/components\/schemas\/\w+?)Dto"/g, '$1"');
  const renamed = JSON.parse(text) as OpenAPIObject;
  const schemas = Object.entries(renamed.components?.schemas ?? {});
  const named = Object.fromEntries(schemas.map(([name, schema]) => [name.replace(/Dto$/, ''), schema]));
  return { ...renamed, components: { ...renamed.components, schemas: named } };
}

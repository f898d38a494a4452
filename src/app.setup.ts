import type { INestApplication } from '@nestjs/common';
import type { CorsOptions } from '@nestjs/common/interfaces/external/cors-options.interface';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { Configuration } from './platform/config/configuration';
import { Lifecycle } from './platform/runtime/lifecycle';
import { packageVersion } from './platform/runtime/package-version';
import { SECURITY_SCHEME } from './platform/access/requires.decorator';
import { generatedOnce } from './platform/observability/generated-once';
import type { HttpAdapter } from './platform/http/http-adapter';
import { describedTags } from './platform/http/api-tag';
import { pageHeaders, securityHeaderFields, securityHeaders } from './platform/http/security-headers';
import { BytesInFlight } from './platform/http/bytes-in-flight';
import { HostCheck } from './platform/gate/host-check';
import { HotLane } from './platform/lane/hot-lane';
import { ServiceLogger } from './platform/observability/logging';
import { identifyRequest } from './platform/observability/request-context';

/** Everything between a created application and one that listens; the same for the service and its tests. */
export function setUpApp(app: NestExpressApplication): void {
  const configuration = app.get(Configuration);
  const { AUTH_MODE, CONNECTIONS_MAX, CORS_ORIGINS, HOT_LANE, TRUST_PROXY_HOPS } = configuration;
  app.useLogger(app.get(ServiceLogger));
  app.disable('x-powered-by');
  app.disable('etag'); // an ETag here is an agent's, never a hash of the body
  app.set('trust proxy', TRUST_PROXY_HOPS);
  app.use(identifyRequest);
  app.use(securityHeaders);
  app.use('/docs', pageHeaders);
  const bytes = app.get(BytesInFlight, { strict: false });
  const adapter = app.getHttpAdapter() as HttpAdapter;
  app.get(Lifecycle).onStop('requests', 'http', () => adapter.close());
  adapter.serves({
    lane: HOT_LANE === 'on' ? hotLane(app) : undefined,
    screen: AUTH_MODE === 'none' ? new HostCheck(configuration) : undefined,
    onAnswered: (request) => bytes.release(request),
    connectionsMax: CONNECTIONS_MAX,
  });
  if (CORS_ORIGINS) app.enableCors(crossOrigin(CORS_ORIGINS));
  app.use(generatedOnce('/openapi.json', '/openapi.yaml', '/docs', '/docs/', '/docs/swagger-ui-init.js'));
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
  });
}

/** What answers in front of Express, with the headers that Express's middleware sets on every answer. */
function hotLane(app: NestExpressApplication): HotLane {
  const lane = app.get(HotLane, { strict: false });
  lane.setDefaultHeaders(securityHeaderFields());
  return lane;
}

/** What a page from one of these origins may do: all that the API has, and read the headers that belong to its answers. */
function crossOrigin(origins: string): CorsOptions {
  const listed = origins.split(',').map((origin) => origin.trim());
  const exposedHeaders = ['ETag', 'Location', 'Retry-After', 'X-Request-Id'];
  return { origin: listed.includes('*') ? '*' : listed, exposedHeaders, maxAge: 600 };
}

/** The OpenAPI description of what the modules serve. Needs no database. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const description = 'Where NOA ARK OS agents enrol, are found, are watched and are governed.';
  const outline = new DocumentBuilder()
    .setTitle('Agent Registry')
    .setDescription(description)
    .setVersion(packageVersion())
    .addBearerAuth(
      { type: 'http', description: 'With `AUTH_MODE=token` or `jwt`; without it no token is asked for.' },
      SECURITY_SCHEME,
    );
  for (const { name, description: about } of describedTags()) outline.addTag(name, about);
  return withoutSuffix(SwaggerModule.createDocument(app, outline.build()));
}

/** Schemas under names that say nothing of how they are made: `Agent`, not `AgentDto`. */
function withoutSuffix(document: OpenAPIObject): OpenAPIObject {
  const text = JSON.stringify(document).replaceAll(/("#\/components\/schemas\/\w+?)Dto"/g, '$1"');
  const renamed = JSON.parse(text) as OpenAPIObject;
  const schemas = Object.entries(renamed.components?.schemas ?? {});
  const named = Object.fromEntries(schemas.map(([name, schema]) => [name.replace(/Dto$/, ''), schema]));
  return { ...renamed, components: { ...renamed.components, schemas: named } };
}

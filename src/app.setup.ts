import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { SECURITY_SCHEME } from './access/requires.decorator';
import { ServiceLogger } from './common/logging';
import { identifyRequest } from './common/request-context';

/** Everything between a created application and one that listens; the same for the service and its tests. */
export function setUpApp(app: NestExpressApplication): void {
  app.useLogger(app.get(ServiceLogger));
  app.disable('x-powered-by');
  app.disable('etag'); // an ETag here is an agent's, never a hash of the body
  app.use(identifyRequest);
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
  });
}

/** The OpenAPI description of what the modules serve. Needs no database. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const description = 'Where NOA ARK OS agents enrol, are found, are watched and are governed.';
  const outline = new DocumentBuilder()
    .setTitle('Agent Registry')
    .setDescription(description)
    .setVersion('1.0.0')
    .addBearerAuth(
      { type: 'http', description: 'With `AUTH_MODE=token` or `jwt`; without it no token is asked for.' },
      SECURITY_SCHEME,
    )
    .addTag('agents', 'Enrolling and finding agents')
    .addTag('agent', 'One agent')
    .addTag('governance', 'Judgements of the Trifecta Court')
    .addTag('analytics', 'The whole fleet')
    .addTag('heartbeat', 'Signs of life')
    .addTag('service', 'Probes')
    .build();
  return SwaggerModule.createDocument(app, outline, { operationIdFactory: (_controller, method) => method });
}

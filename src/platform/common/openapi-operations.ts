import type { OpenAPIObject } from '@nestjs/swagger';

/** One operation of an OpenAPI document. */
export type OpenApiOperation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** All operations of an OpenAPI document, of all paths. */
export function openApiOperations(document: OpenAPIObject): OpenApiOperation[] {
  return Object.values(document.paths).flatMap((path) => Object.values(path) as OpenApiOperation[]);
}

import { toStringMethod } from 'fast-check';

/** One documented method of one documented path. */
export interface Operation {
  method: string;
  /** With its parameters in braces. */
  path: string;
  queryParameters: string[];
  /** Names of header fields, in small letters. */
  headers: string[];
  /** The documented body made of the documented examples; undefined when the operation takes none. */
  example: unknown;
}

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  type?: string;
  example?: unknown;
  default?: unknown;
  enum?: unknown[];
  minimum?: number;
  properties?: Record<string, Schema>;
  items?: Schema;
}

interface OpenApiDocument {
  paths: Record<
    string,
    Record<
      string,
      { parameters?: { in: string; name: string }[]; requestBody?: { content: Record<string, { schema: Schema }> } }
    >
  >;
  components: { schemas: Record<string, Schema> };
}

/** All operations of an OpenAPI document as the service serves it, so that a new route is in every test that asks for them. */
export function operationsOf(document: string): Operation[] {
  const { paths, components } = JSON.parse(document) as OpenApiDocument;
  const exampleOf = (schema: Schema): unknown => {
    if (schema.$ref) return exampleOf(components.schemas[schema.$ref.split('/').at(-1)!]!);
    if (schema.allOf) return exampleOf(schema.allOf[0]!);
    const value = schema.example ?? schema.default ?? schema.enum?.[0] ?? schema.minimum;
    if (value !== undefined) return value;
    if (schema.type === 'array') return [exampleOf(schema.items!)];
    if (!schema.properties) return undefined; // a property without an example is left out
    return Object.fromEntries(Object.entries(schema.properties).map(([name, property]) => [name, exampleOf(property)]));
  };
  const namesOf = (place: string, parameters: { in: string; name: string }[]): string[] =>
    parameters.filter((parameter) => parameter.in === place).map(({ name }) => name);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      [toStringMethod]: () => `${method} ${path}`, // a counterexample needs no more of it
      method: method.toUpperCase(),
      path,
      queryParameters: namesOf('query', parameters),
      headers: namesOf('header', parameters).map((name) => name.toLowerCase()),
      example: requestBody && exampleOf(Object.values(requestBody.content)[0]!.schema),
    })),
  );
}

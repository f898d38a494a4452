import { toStringMethod } from 'fast-check';

/** One documented method of one documented path. */
export interface Operation {
  method: string;
  /** With its parameters in braces. */
  path: string;
  queryParameters: string[];
  /** Names of header fields, in small letters. */
  headers: string[];
  /** The codes of the documented error answers, by status. */
  problems: Record<string, string[]>;
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

interface Parameter {
  in: string;
  name: string;
  style?: string;
}

interface DocumentedOperation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { examples?: object }> }>;
}

interface OpenApiDocument {
  paths: Record<string, Record<string, DocumentedOperation>>;
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
  const namesOf = (place: string, parameters: Parameter[]): string[] =>
    parameters
      .filter((parameter) => parameter.in === place)
      .map(({ name, style }) => (style === 'deepObject' ? `${name}[key]` : name));
  const codesOf = ({ content }: DocumentedOperation['responses'][string]): string[] =>
    Object.keys(content?.['application/problem+json']?.examples ?? {});
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody, responses }]) => ({
      [toStringMethod]: () => `${method} ${path}`, // a counterexample needs no more of it
      method: method.toUpperCase(),
      path,
      queryParameters: namesOf('query', parameters),
      headers: namesOf('header', parameters).map((name) => name.toLowerCase()),
      problems: Object.fromEntries(Object.entries(responses).map(([status, response]) => [status, codesOf(response)])),
      example: requestBody && exampleOf(Object.values(requestBody.content)[0]!.schema),
    })),
  );
}

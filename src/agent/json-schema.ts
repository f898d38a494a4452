import Ajv2020, { type ErrorObject } from 'ajv/dist/2020';
import { fieldPath, jsonDepth } from '../platform/validation/json-limits';
import { isJsonObject, rule, type FieldRule } from '../platform/validation/validate';
import type { FieldError } from '../platform/validation/domain-error';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const MAX_DEPTH = 24;
const MOST_ERRORS = 10;

let metaSchema: Ajv2020 | undefined;

/**
 * A JSON Schema of the dialect 2020-12. It is held against the dialect's own schema and never compiled: nothing that it says is run, and
 * nothing that it refers to is looked up.
 */
export const jsonSchema: FieldRule = rule({ type: Object, additionalProperties: true }, (value) => {
  if (!isJsonObject(value)) return [{ field: '', message: 'must be a JSON Schema, an object' }];
  if (jsonDepth(value) > MAX_DEPTH) return [{ field: '', message: `must not be nested more than ${MAX_DEPTH} deep` }];
  const dialect = Object.hasOwn(value, '$schema') ? value.$schema : DIALECT;
  if (typeof dialect !== 'string' || dialect.replace(/#$/, '') !== DIALECT)
    return [{ field: '$schema', message: `must be ${DIALECT}` }];
  return dialectViolations({ ...value, $schema: DIALECT });
});

function dialectViolations(schema: Record<string, unknown>): FieldError[] {
  metaSchema ??= new Ajv2020({ validateFormats: false, logger: false });
  if (metaSchema.validateSchema(schema) === true) return [];
  const violations = new Map<string, FieldError>();
  for (const error of metaSchema.errors ?? []) {
    const field = pathOf(error.instancePath);
    // The first one is about the value itself, those after it about the alternatives that it does not meet either.
    if (!violations.has(field)) violations.set(field, { field, message: messageOf(error) });
  }
  return [...violations.values()].slice(0, MOST_ERRORS);
}

function messageOf({ message, params }: ErrorObject): string {
  const { allowedValues } = params as { allowedValues?: unknown[] };
  return allowedValues ? `must be one of ${allowedValues.join(', ')}` : (message ?? 'is not valid in a JSON Schema');
}

/** `/properties/a~1b/type` as `properties["a/b"].type`. */
function pathOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => fieldPath(path, /^\d+$/.test(part) ? Number(part) : part), '');
}

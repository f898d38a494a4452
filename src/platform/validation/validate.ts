import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { ValidateBy, validateSync, type ValidationError } from 'class-validator';
import { fieldsWithRules } from '../private-api/class-validator';
import type { FieldError } from './domain-error';
import { fieldPath } from './json-limits';

type Constructor<T extends object> = new () => T;
type Path = string;

/**
 * A rule for one field's value: gives every violation in it, `field` being the path below the field (empty: the field
 * itself). `schema` says the same to OpenAPI.
 */
export interface FieldRule {
  (value: unknown): FieldError[];
  schema: ApiPropertyOptions;
}

/** Makes a rule of a check and its OpenAPI schema. */
export function rule(schema: ApiPropertyOptions, check: (value: unknown) => FieldError[]): FieldRule {
  return Object.assign(check, { schema });
}

/**
 * Checks a parsed JSON value against a DTO class annotated with {@link Field} rules, or class-validator's decorators, and returns every violation.
 * The value itself is left as it is: nothing is converted, copied or dropped.
 */
export function violationsOf<T extends object>(type: Constructor<T>, value: unknown): FieldError[] {
  if (!isJsonObject(value)) return [{ field: '', message: 'must be a JSON object' }];
  const declared = [...fieldsWithRules(type)].filter((name) => Object.hasOwn(value, name));
  const subject = new type();
  Object.assign(subject, Object.fromEntries(declared.map((name) => [name, value[name]])));
  const failed = validateSync(subject, { forbidUnknownValues: false });
  return [...unknownFields(type, value), ...failed.flatMap(flatten)];
}

/** Whether a JSON value is an object (and neither an array nor null). */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Fields of `value` that the class does not declare. */
export function unknownFields(type: Constructor<object>, value: Record<string, unknown>): FieldError[] {
  const declared = fieldsWithRules(type);
  return Object.keys(value)
    .filter((name) => !declared.has(name))
    .map((name) => ({ field: fieldPath('', name), message: 'is not a known property' }));
}

/** Attaches a rule to a field, and documents it. A field that is absent (or null) is fine unless it is `required`. */
export function Field(fieldRule: FieldRule, options: ApiPropertyOptions = {}): PropertyDecorator {
  const required = options.required === true;
  const check = (value: unknown): FieldError[] => {
    if (value !== undefined && value !== null) return fieldRule(value);
    return required ? [{ field: '', message: 'is required' }] : [];
  };
  return applyDecorators(
    ApiProperty({
      ...fieldRule.schema,
      ...(!required && { nullable: true }),
      ...options,
      required,
    } as ApiPropertyOptions),
    ValidateBy(
      {
        name: RULE,
        validator: { validate: (value: unknown) => check(value).length === 0, defaultMessage: () => 'is not valid' },
      },
      { context: { check } },
    ),
  );
}

/** An object of another DTO class. */
export function nested<T extends object>(type: Constructor<T>): FieldRule {
  return rule({ type }, (value) => violationsOf(type, value));
}

/** An array of at most `max` objects of another DTO class; `also` says what is wrong with one that the class lets pass. */
export function nestedList<T extends object>(
  type: Constructor<T>,
  max: number,
  also: (item: T) => FieldError[] = () => [],
): FieldRule {
  return rule({ type, isArray: true, maxItems: max }, (value) => {
    if (!Array.isArray(value)) return [{ field: '', message: 'must be an array of objects' }];
    if (value.length > max) return [{ field: '', message: `must not have more than ${max} items` }];
    return value.flatMap((item: unknown, index) => {
      const violations = violationsOf(type, item);
      const all = violations.length > 0 ? violations : also(item as T);
      return all.map((violation) => ({ ...violation, field: below(fieldPath('', index), violation.field) }));
    });
  });
}

const RULE = 'fieldRule';

/** Of a {@link Field}, class-validator knows only that it failed; its rule knows where and why. Of its own decorators it knows why. */
function flatten({ property, value, contexts, constraints = {}, children = [] }: ValidationError): FieldError[] {
  const { check } = (contexts?.[RULE] ?? {}) as { check?: (value: unknown) => FieldError[] };
  const { [RULE]: _, ...others } = constraints;
  const own = Object.values(others).map((text) => ({ field: '', message: withoutName(text, property) }));
  return [...(check?.(value) ?? []), ...own, ...children.flatMap(flatten)].map((violation: FieldError) => ({
    ...violation,
    field: below(property, violation.field),
  }));
}

/** Its messages begin with the name of the property, which is said beside them. */
function withoutName(message: string, property: string): string {
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}

function below(parent: Path, child: Path): Path {
  if (!child) return parent;
  return child.startsWith('[') ? `${parent}${child}` : `${parent}.${child}`;
}

import { rule } from '../../platform/validation/validate';
import type { FieldError } from '../../platform/validation/domain-error';
import { isJsonObject } from '../../platform/validation/validate';
import { fieldPath } from '../../platform/validation/json-limits';

const MOST_HEADERS = 20;
const LONGEST_VALUE = 4096;
/** RFC 9110, 5.6.2 and 5.5. */
const NAME = /^[\w!#$%&'*+.^`|~-]{1,100}$/;
const VALUE = /^[\t\x20-\x7e]*$/;

/** What the request itself is made of, and what says who has signed it. */
const TAKEN = new Set(
  `host content-type content-length content-encoding transfer-encoding connection keep-alive proxy-connection
   proxy-authorization te trailer upgrade expect user-agent`.split(/\s+/),
);

function problemOf(name: string, value: unknown): string | undefined {
  const lower = name.toLowerCase();
  if (!NAME.test(name)) return 'is no name of a header field';
  if (TAKEN.has(lower) || lower.startsWith('webhook-')) return 'is set by the registry';
  if (typeof value !== 'string') return 'must be a string';
  if (value.length > LONGEST_VALUE || !VALUE.test(value))
    return `must have at most ${LONGEST_VALUE} visible ASCII characters`;
  return undefined;
}

/** Header fields that a sink asks for, `Authorization` say. */
export const headerFields = rule(
  { type: Object, additionalProperties: { type: 'string', maxLength: LONGEST_VALUE }, maxProperties: MOST_HEADERS },
  (value): FieldError[] => {
    if (!isJsonObject(value)) return [{ field: '', message: 'must be an object of strings' }];
    const names = Object.keys(value);
    const errors = names.flatMap((name) => {
      const message = problemOf(name, value[name]);
      return message === undefined ? [] : [{ field: fieldPath('', name), message }];
    });
    if (names.length > MOST_HEADERS) errors.push({ field: '', message: `must have at most ${MOST_HEADERS} members` });
    if (new Set(names.map((name) => name.toLowerCase())).size < names.length)
      errors.push({ field: '', message: 'must not name a header field twice' });
    return errors;
  },
);

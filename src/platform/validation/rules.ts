import { fieldPath, unstorable } from './json-limits';
import { rule, type FieldRule } from './validate';

const violation = (message: string | undefined): ReturnType<FieldRule> => (message ? [{ field: '', message }] : []);

/** Characters as PostgreSQL counts them in `varchar(n)`: code points. */
export function characterCount(value: string): number {
  return [...value].length;
}

/** A string of `min` to `max` characters. */
export function text(min: number, max: number): FieldRule {
  return rule({ type: String, minLength: min, maxLength: max }, (value) => {
    if (typeof value !== 'string') return violation('must be a string');
    const length = characterCount(value);
    return violation(length < min || length > max ? `must have ${min} to ${max} characters` : unstorable(value));
  });
}

/** A string of 1 to `max` characters, all out of a set. */
export function token(max: number, pattern: RegExp, allowed: string): FieldRule {
  const check = text(1, max);
  return rule({ ...check.schema, pattern: pattern.source }, (value) => {
    const violations = check(value);
    if (violations.length > 0) return violations;
    return violation(pattern.test(value as string) ? undefined : `must consist of ${allowed}`);
  });
}

/** An array of at most `max` different strings, each of which meets a rule. */
export function wordList(max: number, word: FieldRule): FieldRule {
  const schema = { ...word.schema, isArray: true, maxItems: max, uniqueItems: true } as FieldRule['schema'];
  return rule(schema, (value) => {
    if (!Array.isArray(value)) return violation('must be an array of strings');
    if (value.length > max) return violation(`must not have more than ${max} items`);
    const items: unknown[] = value;
    const firstIndex = new Map(items.map((item, index) => [item, index] as const).reverse());
    return items.flatMap((item, index) => {
      const violations = word(item);
      if (firstIndex.get(item) !== index) violations.push({ field: '', message: 'is there twice' });
      return violations.map(({ message }) => ({ field: fieldPath('', index), message }));
    });
  });
}

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number): FieldRule {
  const isMet = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  return rule({ type: 'integer', minimum: min, maximum: max }, (value) =>
    violation(isMet(value) ? undefined : `must be a whole number from ${min} to ${max}`),
  );
}

export function boolean(): FieldRule {
  return rule({ type: Boolean }, (value) =>
    violation(typeof value === 'boolean' ? undefined : 'must be true or false'),
  );
}

/** One of the words given. */
export function oneOf(words: readonly string[]): FieldRule {
  const message = `must be one of ${words.join(', ')}`;
  return rule({ type: String, enum: [...words] }, (value) =>
    violation(typeof value === 'string' && words.includes(value) ? undefined : message),
  );
}

/** A text whose content its reader checks: an expression. */
export function unchecked(): FieldRule {
  return rule({ type: String }, (value) => violation(typeof value === 'string' ? undefined : 'must be a string'));
}

/** An array of the words given, or a text of them with commas between. */
export function wordsOf(words: readonly string[]): FieldRule {
  const message = `must be an array of words out of ${words.join(', ')}`;
  const schema = { type: String, isArray: true, enum: [...words] };
  return rule(schema, (value) => {
    const items: unknown[] = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : [undefined];
    return violation(items.every((item) => words.includes(item as string)) ? undefined : message);
  });
}

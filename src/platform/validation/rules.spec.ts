import * as fc from 'fast-check';
import { boolean, characterCount, integer, oneOf, text, token } from './rules';
import type { FieldRule } from './validate';

/** What a rule says of a value: nothing, or its one violation of the value itself. */
function verdict(rule: FieldRule, value: unknown): string | undefined {
  const violations = rule(value);
  expect(violations.length).toBeLessThanOrEqual(1);
  for (const { field } of violations) expect(field).toBe('');
  return violations[0]?.message;
}

/** JSON values that are neither a string nor a number nor a truth value; some of them pretend to be. */
const IMPOSTORS: unknown[] = [
  {},
  [],
  ['active'],
  [5],
  { toString: 1 },
  { valueOf: null, toString: null },
  JSON.parse('{"__proto__":null}'),
];

describe('characterCount', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['ä', 1],
    ['a\u0308', 2], // a letter and a combining mark
    ['😀', 1],
    ['❤\ufe0f', 2], // a heart and U+FE0F, which makes it a picture
    ['👩‍👩‍👧', 5], // three people and two joiners
    ['🇩🇪', 2],
    ['\ufeff', 1],
    ['\r\n', 2],
    ['𝒳'.repeat(255), 255],
  ])('of %j is %d', (value, expected) => {
    expect(characterCount(value)).toBe(expected);
  });

  it('is the number of code points of every string', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 0x10ffff }).filter((at) => at < 0xd800 || at > 0xdfff)),
        (points) => {
          expect(characterCount(String.fromCodePoint(...points))).toBe(points.length);
        },
      ),
    );
  });
});

describe('text', () => {
  const rule = text(2, 4);
  const length = 'must have 2 to 4 characters';

  it.each([
    ['a', length],
    ['ab', undefined],
    ['abcd', undefined],
    ['abcde', length],
    ['😀😀😀😀', undefined],
    ['😀😀😀😀😀', length],
    ['😀', length],
    ['❤\ufe0f❤\ufe0f', undefined],
    ['❤\ufe0f❤\ufe0f\ufe0f', length],
    ['  ', undefined],
    ['a\0', 'must not contain the NUL character'],
    ['a\ud800', 'must not contain unpaired surrogates'],
    [12, 'must be a string'],
    [true, 'must be a string'],
  ])('says of %j: %s', (value, expected) => {
    expect(verdict(rule, value)).toBe(expected);
  });

  it.each(IMPOSTORS.map((value) => [value]))('refuses %j', (value) => {
    expect(verdict(rule, value)).toBe('must be a string');
  });

  it('takes the empty string when it may', () => {
    expect(verdict(text(0, 4), '')).toBeUndefined();
  });

  it('says its limits to OpenAPI', () => {
    expect(rule.schema).toMatchObject({ type: String, minLength: 2, maxLength: 4 });
  });
});

describe('token', () => {
  const rule = token(4, /^[a-z.]+$/, 'small letters and dots');

  it.each([
    ['a.b', undefined],
    ['abcd', undefined],
    ['', 'must have 1 to 4 characters'],
    ['abcde', 'must have 1 to 4 characters'],
    ['a b', 'must consist of small letters and dots'],
    ['a\n', 'must consist of small letters and dots'],
    ['ſ', 'must consist of small letters and dots'],
    ['a\0', 'must not contain the NUL character'],
    [7, 'must be a string'],
  ])('says of %j: %s', (value, expected) => {
    expect(verdict(rule, value)).toBe(expected);
  });

  it('says its pattern to OpenAPI', () => {
    expect(rule.schema).toMatchObject({ type: String, minLength: 1, maxLength: 4, pattern: '^[a-z.]+$' });
  });
});

describe('integer', () => {
  const rule = integer(1, 3600);
  const message = 'must be a whole number from 1 to 3600';

  it.each([
    [1, undefined],
    [3600, undefined],
    [2.0, undefined],
    [0, message],
    [-0, message],
    [3601, message],
    [1.5, message],
    [-1, message],
    [Number.NaN, message],
    [Number.POSITIVE_INFINITY, message],
    ['5', message],
    [true, message],
  ])('says of %j: %s', (value, expected) => {
    expect(verdict(rule, value)).toBe(expected);
  });

  it.each(IMPOSTORS.map((value) => [value]))('refuses %j', (value) => {
    expect(verdict(rule, value)).toBe(message);
  });
});

describe('boolean', () => {
  it.each([
    [true, undefined],
    [false, undefined],
    ['true', 'must be true or false'],
    [1, 'must be true or false'],
    [0, 'must be true or false'],
  ])('says of %j: %s', (value, expected) => {
    expect(verdict(boolean(), value)).toBe(expected);
  });

  it.each(IMPOSTORS.map((value) => [value]))('refuses %j', (value) => {
    expect(verdict(boolean(), value)).toBe('must be true or false');
  });
});

describe('oneOf', () => {
  const rule = oneOf(['active', 'maintenance']);
  const message = 'must be one of active, maintenance';

  it.each([
    ['active', undefined],
    ['maintenance', undefined],
    ['Active', message],
    ['active ', message],
    ['', message],
    ['constructor', message],
    ['length', message],
    [0, message],
  ])('says of %j: %s', (value, expected) => {
    expect(verdict(rule, value)).toBe(expected);
  });

  it.each(IMPOSTORS.map((value) => [value]))('refuses %j', (value) => {
    expect(verdict(rule, value)).toBe(message);
  });

  it('says its words to OpenAPI', () => {
    expect(rule.schema).toMatchObject({ enum: ['active', 'maintenance'] });
  });
});

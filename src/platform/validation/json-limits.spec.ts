import * as fc from 'fast-check';
import { fieldPath, jsonDepth, jsonViolations, unstorable } from './json-limits';

const NUL = 'must not contain the NUL character';
const SURROGATE = 'must not contain unpaired surrogates';

/** Any sequence of UTF-16 code units, sense or nonsense. */
const codeUnits = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));
const steps = fc.array(fc.oneof(fc.nat(5), fc.string({ unit: 'binary' })), { maxLength: 20 });

/** A document that holds `leaf` at the end of `path`, and harmless neighbours on the way. */
function nestedAt(path: (string | number)[], leaf: unknown): unknown {
  return path.reduceRight<unknown>(
    (inner, step) =>
      typeof step === 'number'
        ? [...Array.from({ length: step }, () => 'before'), inner, 'after']
        : Object.fromEntries([
            [`${step} before`, 1],
            [step, inner],
          ]),
    leaf,
  );
}

function nestedArrays(levels: number): unknown {
  return JSON.parse('['.repeat(levels) + ']'.repeat(levels));
}

describe('fieldPath', () => {
  it.each([
    ['', 'name', 'name'],
    ['heartbeat', 'enabled', 'heartbeat.enabled'],
    ['metadata', '$odd-but_plain9', 'metadata.$odd-but_plain9'],
    ['capabilities', 3, 'capabilities[3]'],
    ['', 0, '[0]'],
    ['metadata', 'a.b', 'metadata["a.b"]'],
    ['metadata', '3]', 'metadata["3]"]'],
    ['metadata', '"', String.raw`metadata["\""]`],
    ['metadata', '', 'metadata[""]'],
    ['', '', '[""]'],
    ['', '__proto__', '__proto__'],
    ['', 'schlüssel', '["schlüssel"]'],
    ['', 'a\n', String.raw`["a\n"]`],
  ])('%j and %j make %s', (parent, key, expected) => {
    expect(fieldPath(parent, key)).toBe(expected);
  });

  it('never gives two keys of one object the same path', () => {
    fc.assert(
      fc.property(codeUnits, codeUnits, (one, other) => {
        fc.pre(one !== other);
        return fieldPath('parent', one) !== fieldPath('parent', other);
      }),
    );
  });
});

describe('unstorable', () => {
  it.each([
    ['', undefined],
    ['plain', undefined],
    ['tab\tnewline\nbell\u0007delete\u007f', undefined],
    ['\u0001\u200b\ufeff\uffff', undefined],
    ['😀', undefined],
    ['a\0b', NUL],
    ['\ud83d', SURROGATE],
    ['\ude00\ud83d', SURROGATE],
    ['\ud83d and \ude00', SURROGATE],
  ])('says of %j: %s', (text, expected) => {
    expect(unstorable(text)).toBe(expected);
  });

  it('refuses exactly what has a NUL or does not survive UTF-8', () => {
    fc.assert(
      fc.property(codeUnits, (text) => {
        const survives = Buffer.from(text).toString() === text && !text.includes('\0');
        expect(unstorable(text) === undefined).toBe(survives);
      }),
    );
  });
});

describe('jsonViolations', () => {
  it.each<[string, unknown, { field: string; message: string }[]]>([
    ['a scalar', 1.5, []],
    ['null', null, []],
    ['an empty object', {}, []],
    ['a NUL in a string', { a: { b: ['ok', 'x\0'] } }, [{ field: 'a.b[1]', message: NUL }]],
    ['an unpaired surrogate in a string', ['\udc00'], [{ field: '[0]', message: SURROGATE }]],
    ['a number beyond a double', JSON.parse('{"n":[1e999]}'), [{ field: 'n[0]', message: 'must be a finite number' }]],
    ['a number below a double', JSON.parse('-1e999'), [{ field: '', message: 'must be a finite number' }]],
    ['a NUL in a name', { 'a\0': 1 }, [{ field: String.raw`["a\u0000"]`, message: `has a name that ${NUL}` }]],
    [
      'an unpaired surrogate in a name',
      { x: { '\ud800': 1 } },
      [{ field: String.raw`x["\ud800"]`, message: `has a name that ${SURROGATE}` }],
    ],
    ['a bad value under __proto__', JSON.parse('{"__proto__":"\\u0000"}'), [{ field: '__proto__', message: NUL }]],
  ])('looks at %s', (_, value, expected) => {
    expect(jsonViolations(value)).toEqual(expected);
  });

  it('lists every violation in the order of the document', () => {
    const value = { a: '\0', b: ['\0', { c: '\0' }], d: '\0' };
    expect(jsonViolations(value).map(({ field }) => field)).toEqual(['a', 'b[0]', 'b[1].c', 'd']);
  });

  it('lets 32 levels pass and refuses the thirty-third, naming where it is', () => {
    expect(jsonViolations(nestedArrays(32))).toEqual([]);
    expect(jsonViolations(nestedArrays(33))).toEqual([
      { field: '[0]'.repeat(32), message: 'must not be nested more than 32 deep' },
    ]);
  });

  it('does not mind a hundred thousand levels', () => {
    expect(jsonViolations(nestedArrays(100_000))).toHaveLength(1);
  });

  it('finds one bad string wherever it is and names its path', () => {
    fc.assert(
      fc.property(steps, (path) => {
        const storable = path.filter((step) => typeof step === 'number' || unstorable(step) === undefined);
        const field = storable.reduce<string>(fieldPath, '');
        expect(jsonViolations(nestedAt(storable, 'a\0b'))).toEqual([{ field, message: NUL }]);
        expect(jsonViolations(nestedAt(storable, 'a b'))).toEqual([]);
      }),
    );
  });
});

describe('jsonDepth', () => {
  it.each([
    [null, 0],
    ['text', 0],
    [{}, 1],
    [[], 1],
    [{ a: 1, b: 'x' }, 1],
    [{ a: {} }, 2],
    [{ a: [], b: { c: [{}] } }, 4],
    [JSON.parse('{"__proto__":{"a":{}}}'), 3],
  ])('of %j is %d', (value, expected) => {
    expect(jsonDepth(value)).toBe(expected);
  });

  it('grows by one with every container around a value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, neighbour) => {
        const depth = jsonDepth(value);
        expect(jsonDepth([value])).toBe(depth + 1);
        expect(jsonDepth({ value, neighbour })).toBe(Math.max(depth, jsonDepth(neighbour)) + 1);
      }),
    );
  });
});

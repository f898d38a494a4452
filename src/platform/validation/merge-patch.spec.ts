import * as fc from 'fast-check';
import { mergePatch } from './merge-patch';

const names = fc.constantFrom('a', 'b', 'c', '', '__proto__', 'constructor', 'toString');

/** JSON whose objects have names in common, and names with a meaning in JavaScript among them. */
const json: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, 0, -1.5, '', 'text'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(names, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const holdsNull = (value: unknown): boolean =>
  value === null || (isObject(value) && Object.values(value).some((item) => holdsNull(item)));

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

describe('mergePatch', () => {
  it.each([
    ['a value takes the place of another', '{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['a new name is added', '{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['null removes the only name', '{"a":"b"}', '{"a":null}', '{}'],
    ['null removes one of two names', '{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['a string takes the place of an array', '{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['an array takes the place of a string', '{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['inside objects names are set and removed', '{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    [
      'inside objects what is absent stays',
      '{"a":{"b":1,"c":{"d":2,"e":3}}}',
      '{"a":{"c":{"d":4}}}',
      '{"a":{"b":1,"c":{"d":4,"e":3}}}',
    ],
    ['an array is replaced and never merged', '{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['an array at the top is replaced', '["a","b"]', '["c","d"]', '["c","d"]'],
    ['an array takes the place of an object', '{"a":"b"}', '["c"]', '["c"]'],
    ['null takes the place of an object', '{"a":"foo"}', 'null', 'null'],
    ['a string takes the place of an object', '{"a":"foo"}', '"bar"', '"bar"'],
    ['a null that is there already stays', '{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['an object takes the place of an array', '[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['nulls of a new object are left out, however deep', '{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
    ['an object takes the place of a string', '{"a":"x"}', '{"a":{"b":1}}', '{"a":{"b":1}}'],
    ['nulls in an array are values', '{}', '{"a":[null,{"b":null}]}', '{"a":[null,{"b":null}]}'],
    ['an absent name that is removed stays absent', '{"a":1}', '{"b":null}', '{"a":1}'],
    ['an empty patch changes nothing', '{"a":{"b":[null]}}', '{}', '{"a":{"b":[null]}}'],
  ])('%s', (_, target, patch, expected) => {
    expect(mergePatch(JSON.parse(target), JSON.parse(patch))).toEqual(JSON.parse(expected));
  });

  it('keeps __proto__ as a property of the result’s own', () => {
    const patched = mergePatch({ a: 1 }, JSON.parse('{"__proto__":{"polluted":true},"constructor":2}')) as object;
    expect(Object.keys(patched)).toEqual(['a', '__proto__', 'constructor']);
    expect(Object.getPrototypeOf(patched)).toBe(Object.prototype);
    expect('polluted' in patched).toBe(false);
  });

  it('never takes an inherited property for one of the target', () => {
    expect(mergePatch({}, { constructor: { a: 1 }, toString: { b: 2 } })).toEqual({
      constructor: { a: 1 },
      toString: { b: 2 },
    });
  });

  it('changes neither argument', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        expect(() => mergePatch(frozen(target), frozen(patch))).not.toThrow(); // as a write to a frozen object does
        for (const name of ['a', 'b', 'c', '']) expect(name in {}).toBe(false);
      }),
    );
  });

  it('shows no change of its result in its arguments', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const before = JSON.stringify([target, patch]);
        const patched = mergePatch(target, patch);
        fc.pre(isObject(patched) && isObject(target) && isObject(patch));
        for (const name of Object.keys(patched)) delete patched[name];
        Object.assign(patched, { added: true });
        expect(JSON.stringify([target, patch])).toBe(before);
      }),
    );
  });

  it('is idempotent', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const once = mergePatch(target, patch);
        expect(mergePatch(once, patch)).toEqual(once);
      }),
    );
  });

  it('with a patch that holds no null makes every value of the patch readable in the result', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        fc.pre(isObject(patch) && !holdsNull(patch));
        const patched = mergePatch(target, patch) as Record<string, unknown>;
        for (const [name, value] of Object.entries(patch)) {
          expect(Object.hasOwn(patched, name)).toBe(true);
          if (!isObject(value)) expect(patched[name]).toEqual(value);
        }
      }),
    );
  });

  it('leaves alone what the patch does not name', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        fc.pre(isObject(target) && isObject(patch));
        const patched = mergePatch(target, patch) as Record<string, unknown>;
        for (const [name, value] of Object.entries(target)) {
          if (!Object.hasOwn(patch, name)) expect(patched[name]).toBe(value);
        }
      }),
    );
  });
});

import * as fc from 'fast-check';
import { JsonScan, type JsonStructure } from './json-scan';

const LIMITLESS: JsonStructure = { depth: 1e6, members: 1e6, containers: 1e6, values: 1e6 };
const MIB = 1024 * 1024;

/** What the scan says of a text that arrives in pieces that end at these places; undefined: nothing. */
function verdict(text: string, limits: Partial<JsonStructure>, ends: number[] = []): string | undefined {
  const bytes = Buffer.from(text);
  const scan = new JsonScan({ ...LIMITLESS, ...limits });
  const places = [0, ...ends.map((end) => end % bytes.length).sort((a, b) => a - b), bytes.length];
  try {
    places.slice(1).forEach((end, index) => {
      const piece = bytes.subarray(places[index], end);
      if (piece.length > 0) scan.read(piece);
    });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The structure of a parsed text, counted on the value. */
function structureOf(value: unknown): JsonStructure {
  if (typeof value !== 'object' || value === null) return { depth: 0, members: 0, containers: 0, values: 0 };
  const inner = Object.values(value).map(structureOf);
  const sum = (key: 'containers' | 'values'): number => inner.reduce((total, structure) => total + structure[key], 0);
  return {
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
    members: Math.max(inner.length, ...inner.map(({ members }) => members)),
    containers: 1 + sum('containers'),
    values: Math.max(0, inner.length - 1) + sum('values'),
  };
}

describe('JsonScan', () => {
  it.each<[string, Partial<JsonStructure>, RegExp | undefined]>([
    ['[[]]', { depth: 2 }, undefined],
    ['[[[', { depth: 2 }, /nested more than 2 deep/],
    ['{"a":{"a":{}}}', { depth: 2 }, /nested more than 2 deep/],
    ['[[],[],[[]]]', { depth: 3 }, undefined],
    ['"[[["', { depth: 2 }, undefined],
    [String.raw`["\"[[["]`, { depth: 1 }, undefined],
    [String.raw`["\\",[]]`, { depth: 1 }, /nested/],
    [String.raw`["\\\"[["]`, { depth: 1 }, undefined],
    ['[1,2,3]', { members: 3 }, undefined],
    ['[1,2,3,4]', { members: 3 }, /more than 3 values in one object or array/],
    ['{"a":1,"b":[1,2],"c":[1,2]}', { members: 3 }, undefined],
    ['{"a,b,c,d,e":1}', { members: 1 }, undefined],
    ['[[],[],[]]', { containers: 4 }, undefined],
    ['[[],[],[],[]]', { containers: 4 }, /more than 4 objects and arrays/],
    ['[[1,2],[3,4]]', { values: 4 }, undefined],
    ['[[1,2],[3,4],5]', { values: 4 }, /more than 4 values/],
    [']]]]]]', { depth: 1 }, undefined],
    ['"', {}, undefined],
    ['\\', {}, undefined],
  ])('of %s within %j', (text, limits, expected) => {
    const said = verdict(text, limits);
    if (expected) expect(said).toMatch(expected);
    else expect(said).toBeUndefined();
  });

  it('sees the structure that the parser sees, wherever the pieces end', () => {
    const texts = fc.oneof(
      fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.stringify(value)),
      fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.stringify(value, undefined, 1)),
      fc
        .array(fc.string({ unit: fc.constantFrom('"', '\\', '[', '{', ',', 'ä') }))
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 8 }), (text, ends) => {
        const structure = structureOf(JSON.parse(text));
        for (const key of ['depth', 'members', 'containers', 'values'] as const) {
          const least = key === 'values' ? structure[key] + 1 : Math.max(structure[key], 1);
          expect([key, verdict(text, { [key]: least }, ends)]).toEqual([key, undefined]);
          const tooFew = key === 'values' ? structure[key] : structure[key] - 1;
          if (tooFew > 0) expect([key, verdict(text, { [key]: tooFew }, ends)]).toEqual([key, expect.any(String)]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['levels', '['.repeat(4 * MIB)],
    ['members', `{${Array.from({ length: 270_000 }, (_, n) => `"k${n}":1`).join()}}`],
    ['empty objects', `[${'{},'.repeat(MIB)}{}]`],
    ['empty objects in many arrays', `[${`[${'{},'.repeat(1000)}{}],`.repeat(1000)}1]`],
    ['numbers in many arrays', `[${`[${'1,'.repeat(1000)}1],`.repeat(1000)}1]`],
  ])('stops at too many %s long before the end', (_, text) => {
    const scan = new JsonScan({ depth: 32, members: 32 * 1024, containers: 128 * 1024, values: 512 * 1024 });
    const bytes = Buffer.from(text);
    let read = 0;
    expect(() => {
      for (; read < bytes.length; read += 65_536) scan.read(bytes.subarray(read, read + 65_536));
    }).toThrow(expect.objectContaining({ code: 'validation_failed' }));
    expect(read).toBeLessThan(bytes.length * 0.6);
  });
});

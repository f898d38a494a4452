import * as fc from 'fast-check';
import { entityTag, ifMatchHolds, ifNoneMatchHits } from './entity-tag';

const REGISTERED = new Date('2026-01-01T12:00:00.123Z');
const TAG = entityTag({ generation: 3, registeredAt: REGISTERED });

describe('entityTag', () => {
  it('is a strong tag in the syntax of RFC 9110', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        fc.date({ noInvalidDate: true }),
        (generation, registeredAt) => {
          expect(entityTag({ generation, registeredAt })).toMatch(/^"[\x21\x23-\x7e]+"$/);
        },
      ),
    );
  });

  it('is the same only for the same generation of the same registration', () => {
    const state = fc.record({
      generation: fc.integer({ min: 1, max: 12 }),
      registeredAt: fc.integer({ min: 0, max: 12 }).map((offset) => new Date(REGISTERED.getTime() + offset)),
    });
    fc.assert(
      fc.property(state, state, (one, other) => {
        const isSame = one.generation === other.generation && +one.registeredAt === +other.registeredAt;
        expect(entityTag(one) === entityTag(other)).toBe(isSame);
      }),
    );
  });
});

/** The headers, and whether `If-Match` (strong) holds and `If-None-Match` (weak) hits. */
const HEADERS: [header: string | undefined, holds: boolean, hits: boolean][] = [
  [undefined, true, false],
  ['*', true, true],
  [' * ', true, true],
  [TAG, true, true],
  [` ${TAG} `, true, true],
  [`W/${TAG}`, false, true],
  [`"other", ${TAG}`, true, true],
  [`"other",${TAG},"another"`, true, true],
  [`"other", W/${TAG}`, false, true],
  [`W/"other", ${TAG}`, true, true],
  [`"W/${TAG.slice(1)}`, false, false], // another tag, with W/ inside its quotes
  ['"other"', false, false],
  ['"a", "b"', false, false],
  ['""', false, false],
  ['', false, false],
  ['"', false, false],
  ['"*"', false, false],
  [TAG.slice(1, -1), false, false],
  [TAG.slice(0, -1), false, false],
  [TAG.slice(1), false, false],
  [TAG.replace('"3-', '"33-'), false, false],
  [TAG.replaceAll('"', "'"), false, false],
];

describe('ifMatchHolds', () => {
  it.each(HEADERS)('of %j is %s', (header, holds) => {
    expect(ifMatchHolds(header, TAG)).toBe(holds);
  });
});

describe('ifNoneMatchHits', () => {
  it.each(HEADERS)('of %j (If-Match: %s) is %s', (header, _, hits) => {
    expect(ifNoneMatchHits(header, TAG)).toBe(hits);
  });
});

describe('conditional headers', () => {
  const tag = fc.stringMatching(/^"[!#-~]{0,6}"$/);

  it('find the tag in every list that has it and in no list that lacks it', () => {
    fc.assert(
      fc.property(fc.array(tag), fc.boolean(), fc.nat(), (others, isThere, place) => {
        fc.pre(!others.includes(TAG));
        const list = isThere ? others.toSpliced(place % (others.length + 1), 0, TAG) : others;
        expect(ifMatchHolds(list.join(', '), TAG)).toBe(isThere);
        expect(ifNoneMatchHits(list.map((item) => `W/${item}`).join(','), TAG)).toBe(isThere);
      }),
    );
  });

  it('match nothing but the tag and * when they are garbage', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        fc.pre(header.trim() !== '*');
        expect([ifMatchHolds(header, TAG), ifNoneMatchHits(header, TAG)]).toEqual([false, false]);
      }),
    );
  });
});

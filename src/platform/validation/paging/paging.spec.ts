import * as fc from 'fast-check';
import { decodeCursor, encodeCursor, pageOf } from './paging';

const position = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed() && !text.includes('\0'));
const refusal = (): Error =>
  expect.objectContaining({
    code: 'validation_failed',
    errors: [{ field: 'cursor', message: 'is not a next_cursor of this list' }],
  }) as Error;

describe('a cursor', () => {
  it('brings back the position that it was made for', () => {
    fc.assert(
      fc.property(fc.string(), position, (list, at) => {
        expect(decodeCursor(list, encodeCursor(list, at), () => true)).toBe(at);
      }),
    );
  });

  it('can stand in a URL as it is', () => {
    fc.assert(fc.property(position, (at) => /^[\w-]+$/.test(encodeCursor('agents', at))));
  });

  it('of one list is refused by every other', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), position, (list, other, at) => {
        fc.pre(list !== other);
        expect(() => decodeCursor(other, encodeCursor(list, at), () => true)).toThrow(refusal());
      }),
    );
  });

  it('that somebody invented is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' })), (text) => {
        expect(() => decodeCursor('agents', text, () => true)).toThrow(refusal());
      }),
    );
  });

  it('that was changed in any place is refused', () => {
    const replacement = fc.stringMatching(/^[\w=+/ -]$/);
    fc.assert(
      fc.property(position, fc.nat(), replacement, (at, place, character) => {
        const cursor = encodeCursor('agents', at);
        const index = place % cursor.length;
        fc.pre(cursor[index] !== character);
        const forged = cursor.slice(0, index) + character + cursor.slice(index + 1);
        expect(() => decodeCursor('agents', forged, () => true)).toThrow(refusal());
      }),
    );
  });

  it.each([
    ['cut', (cursor: string) => cursor.slice(0, -1)],
    ['padded', (cursor: string) => `${cursor}=`],
    ['lengthened', (cursor: string) => `${cursor}A`],
    ['followed by white space', (cursor: string) => `${cursor}\n`],
  ])('that was %s is refused', (_, spoil) => {
    expect(() => decodeCursor('agents', spoil(encodeCursor('agents', 'agent-1')), () => true)).toThrow(refusal());
  });

  it('in the other base64 alphabet is refused', () => {
    fc.assert(
      fc.property(position, (at) => {
        const cursor = encodeCursor('agents', at);
        const other = cursor.replaceAll('-', '+').replaceAll('_', '/');
        fc.pre(other !== cursor);
        expect(() => decodeCursor('agents', other, () => true)).toThrow(refusal());
      }),
    );
  });

  it('of an earlier format is refused', () => {
    const unsigned = Buffer.from('agent-1').toString('base64url');
    expect(() => decodeCursor('agents', unsigned, () => true)).toThrow(refusal());
  });
});

describe('pageOf', () => {
  const identity = (item: string): string => item;

  it.each([
    ['no rows', [], 2, [], null],
    ['fewer rows than the limit', ['a'], 2, ['a'], null],
    ['as many rows as the limit', ['a', 'b'], 2, ['a', 'b'], null],
    ['one row too many', ['a', 'b', 'c'], 2, ['a', 'b'], 'b'],
  ])('of %s', (_, rows, limit, items, next) => {
    expect(pageOf(rows, limit, 'letters', identity)).toEqual({
      items,
      nextCursor: next === null ? null : encodeCursor('letters', next),
    });
  });

  it('taken again and again gives every row once, in order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1000)), fc.integer({ min: 1, max: 7 }), (numbers, limit) => {
        const rows = numbers.map((number) => String(number).padStart(4, '0')).sort();
        const seen: string[] = [];
        let after = '';
        for (let cursor: string | null = ''; cursor !== null;) {
          const rest = rows.filter((row) => row > after);
          const page = pageOf(rest.slice(0, limit + 1), limit, 'rows', identity);
          seen.push(...page.items);
          cursor = page.nextCursor;
          if (cursor !== null) after = decodeCursor('rows', cursor, () => true);
        }
        expect(seen).toEqual(rows);
      }),
    );
  });
});

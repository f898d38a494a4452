import * as fc from 'fast-check';
import { requestIdFrom } from './request-id';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('requestIdFrom', () => {
  it.each(['1', 'a'.repeat(128), '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', '<script>'])('takes %j', (header) => {
    expect(requestIdFrom(header)).toBe(header);
  });

  it.each([
    ['nothing', undefined],
    ['an empty value', ''],
    ['129 characters', 'a'.repeat(129)],
    ['a space', 'a b'],
    ['two headers in one', 'a, b'],
    ['two headers', ['a', 'b']],
    ['a line break at the end', 'a\n'],
    ['a line break', 'a\r\nx-evil: 1'],
    ['a control character', 'a\u007f'],
    ['a letter beyond ASCII', 'é'],
  ])('makes up a UUID for %s', (_, header) => {
    expect(requestIdFrom(header)).toMatch(UUID);
  });

  it('never makes up the same one twice', () => {
    const ids = Array.from({ length: 1000 }, () => requestIdFrom(undefined));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('gives nothing that could not be a header again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 140 }), (header) => {
        expect(requestIdFrom(header)).toMatch(/^[\x21-\x7e]{1,128}$/);
      }),
    );
  });
});

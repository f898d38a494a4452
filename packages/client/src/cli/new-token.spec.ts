import { createHash } from 'node:crypto';
import { entryOf, newToken } from './new-token';
import { timeOf } from './times';

const NOW = new Date('2027-01-01T00:00:00.900Z');

describe('timeOf', () => {
  it.each([
    ['90d', '2027-04-01T00:00:00Z'],
    ['2w', '2027-01-15T00:00:00Z'],
    ['12h', '2027-01-01T12:00:00Z'],
    ['30m', '2027-01-01T00:30:00Z'],
    ['2027-02-01T01:00:00+01:00', '2027-02-01T00:00:00Z'],
    ['2027-02-01T00:00:00.5Z', '2027-02-01T00:00:00Z'],
  ])('of %s', (text, time) => expect(timeOf('--expires', text, NOW)).toBe(time));

  it.each([
    '',
    '90',
    'd',
    '-1d',
    '1y',
    '1.5d',
    '2027-02-01',
    '2027-02-01T00:00:00',
    '2027-13-01T00:00:00Z',
    'tomorrow',
  ])('of %j is refused', (text) =>
    expect(() => timeOf('--expires', text, NOW)).toThrow(/^--expires must be a time .* or a duration/),
  );
});

describe('newToken', () => {
  it('is 256 random bits that can be sent as they are, and no agent’s', () => {
    const tokens = Array.from({ length: 50 }, newToken);
    expect(new Set(tokens).size).toBe(50);
    for (const token of tokens) expect(token).toMatch(/^arc_[\w-]{43}$/);
  });
});

describe('entryOf', () => {
  it('holds the digest, and nothing that was not asked for', () => {
    expect(entryOf('secret', { name: 'ci', scopes: ['read', 'read'] })).toEqual({
      name: 'ci',
      sha256: createHash('sha256').update('secret').digest('hex'),
      scopes: ['read'],
    });
  });

  it.each([
    [{ name: '' }, 'NAME must be'],
    [{ name: 'a\nb' }, 'NAME must be'],
    [{ not_before: '2027-01-01T00:00:00Z', expires_at: '2027-01-01T00:00:00Z' }, '--not-before must be earlier'],
  ])('refuses %j', (wrong, message) => {
    expect(() => entryOf('secret', { name: 'ci', scopes: ['read'], ...wrong })).toThrow(message);
  });
});

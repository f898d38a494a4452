import * as fc from 'fast-check';
import { DomainError } from '../validation/domain-error';
import { bearerToken, digestOf, isAgentToken, newAgentToken } from './bearer-token';

/** The challenge of the refusal (RFC 6750, 3). */
function challengeTo(authorization: string | undefined): string | undefined {
  try {
    bearerToken(authorization);
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'unauthorized') return error.headers['www-authenticate'];
    throw error;
  }
  return undefined;
}

describe('bearerToken', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER  a.b-c_d~e+f/g==', 'a.b-c_d~e+f/g=='],
    ['Bearer abc ', 'abc'],
  ])('reads %j', (authorization, token) => expect(bearerToken(authorization)).toBe(token));

  it.each([undefined, '', 'Basic dXNlcjpwYXNz', 'abc', 'Bearerabc', 'Token abc'])(
    'has no error for %j',
    (authorization) => expect(challengeTo(authorization)).toBe('Bearer realm="agent-registry"'),
  );

  it.each([
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer "abc"',
    'Bearer a=b',
    'Bearer ä',
    'Bearer a,Bearer b',
    'Bearer =',
  ])('calls %j invalid', (authorization) =>
    expect(challengeTo(authorization)).toBe('Bearer realm="agent-registry", error="invalid_token"'),
  );
});

describe('bearerToken, whatever the header says,', () => {
  it('gives a token or refuses', () => {
    const header = fc.oneof(
      fc.string(),
      fc.string().map((text) => `Bearer ${text}`),
      fc.constant('bearer'.padEnd(8000)),
    );
    fc.assert(
      fc.property(header, (authorization) => {
        if (challengeTo(authorization) !== undefined) return;
        expect(authorization).toContain(bearerToken(authorization));
        expect(bearerToken(authorization)).toMatch(/^[\w\-.~+/]+=*$/);
      }),
    );
  });
});

describe('newAgentToken', () => {
  it('has 256 random bits and can be sent as it is', () => {
    const tokens = Array.from({ length: 100 }, newAgentToken);
    expect(new Set(tokens).size).toBe(100);
    for (const token of tokens) {
      expect(token).toMatch(/^art_[A-Za-z0-9_-]{43}$/);
      expect(isAgentToken(bearerToken(`Bearer ${token}`))).toBe(true);
    }
  });
});

describe('digestOf', () => {
  it('is what sha256sum says', () => {
    expect(digestOf('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

import { redacted } from './redaction';

describe('redacted', () => {
  it.each([
    'password',
    'dbPassword',
    'DB_PASSWORD',
    'passwd',
    'passphrase',
    'secret',
    'clientSecret',
    'token',
    'access_token',
    'API-KEY',
    'apiKey',
    'private_key',
    'Authorization',
    'auth',
    'cookie',
    'credentials',
    'connectionString',
    'sentry_dsn',
    'signing-key',
  ])('hides what is under %s', (key) => {
    expect(redacted({ [key]: 'x', deep: [{ [key]: { a: 1 } }] })).toEqual({
      [key]: '[redacted]',
      deep: [{ [key]: '[redacted]' }],
    });
  });

  it.each(['team', 'author', 'passenger', 'keyboard', 'monkey', 'primary_key', 'bypass_mode', 'region'])(
    'shows what is under %s',
    (key) => {
      expect(redacted({ [key]: 'x' })).toEqual({ [key]: 'x' });
    },
  );

  it('takes user names and passwords out of URLs, and nothing else', () => {
    expect(
      redacted(['https://user:pw@host:1/p?q#f', 'redis://:pw@host', 'https://host/a@b', 'mail a@b.c', 7, null]),
    ).toEqual(['https://host:1/p?q#f', 'redis://host', 'https://host/a@b', 'mail a@b.c', 7, null]);
  });

  it('leaves the original alone', () => {
    const original = { token: 'x', list: ['https://u:p@h'] };
    redacted(original);
    expect(original).toEqual({ token: 'x', list: ['https://u:p@h'] });
  });
});

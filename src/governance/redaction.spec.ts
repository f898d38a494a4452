import { redacted } from './redaction';

describe('redacted', () => {
  it.each(
    `password dbPassword DB_PASSWORD passwords passwd pwd db_pwd passphrase passcode password_hash secret clientSecret token access_token
     jwt API-KEY apiKey apikey private_key sshKey Authorization auth auth_header cookie credentials connectionString sentry_dsn sas_url
     signing-key`.split(/\s+/),
  )('hides what is under %s', (key) => {
    expect(redacted({ [key]: 'x', deep: [{ [key]: { a: 1 } }] })).toEqual({
      [key]: '[redacted]',
      deep: [{ [key]: '[redacted]' }],
    });
  });

  it.each(
    'team author passenger keyboard monkey primary_key compass bypass_mode region max_tokens tokenizer token_count'.split(
      ' ',
    ),
  )('shows what is under %s', (key) => {
    expect(redacted({ [key]: 'x' })).toEqual({ [key]: 'x' });
  });

  it('takes user names and passwords out of URLs, and nothing else', () => {
    expect(
      redacted(['https://user:pw@host:1/p?q#f', 'redis://:pw@host', 'https://host/a@b', 'mail a@b.c', 7, null]),
    ).toEqual(['https://host:1/p?q#f', 'redis://host', 'https://host/a@b', 'mail a@b.c', 7, null]);
  });

  it('finds URLs within a text', () => {
    expect(redacted('see jdbc:postgresql://u:p@h/db and amqp://a:b@c')).toBe('see jdbc:postgresql://h/db and amqp://c');
  });

  it('is done with a long text at once', () => {
    const long = 'x'.repeat(250_000); // quadratic time would outlast the test's patience
    expect(redacted({ long, url: `${long}://u:p@h` })).toEqual({ long, url: `${long}://h` });
  });

  it('leaves the original alone', () => {
    const original = { token: 'x', list: ['https://u:p@h'] };
    redacted(original);
    expect(original).toEqual({ token: 'x', list: ['https://u:p@h'] });
  });
});

import { isSecret, withoutSecrets } from './secrets';

const words = (text: string): string[] => text.trim().split(/\s+/);

describe('a secret', () => {
  it.each(
    words(`password dbPassword DB_PASSWORD passwords passwd pwd db_pwd passphrase passcode password_hash PGPASSWORD userpassword
      secret clientSecret mysecret secret_type token access_token accesstoken refreshtoken authtoken bearertoken used_token token_type
      jwt API-KEY apiKey APIKey apikey x-api-key private_key sshKey license_key signing-key Authorization auth auth_header oauth
      cookie session sessionid session_id credentials creds cred pat github_pat pem tls.pem hmac webhook webhookUrl slack_webhook
      connectionString conn_string connstring db_url DATABASE_URL redisUrl mongo_uri sentry_dsn sas_url password_per_env pin otp`),
  )('is under %s', (key) => {
    expect(isSecret(key, 'x')).toBe(true);
    expect(isSecret(key, { any: 'thing' })).toBe(true);
    expect(withoutSecrets({ [key]: 'x', deep: [{ [key]: ['x'], team: 'a' }] })).toEqual({ deep: [{ team: 'a' }] });
  });

  it.each(
    words(`team author passenger keyboard monkey primary_key compass bypass_mode region tokenizer secretary path pattern patch compat
      pinned spin url callback_url model key keys environment version description oath capability hostname patient pemmican`),
  )('is not under %s', (key) => {
    expect(isSecret(key, 'x')).toBe(false);
  });

  it.each([
    ['max_tokens', 4096],
    ['token_count', 7],
    ['tokens_per_minute', 100],
    ['tokensUsed', 12],
    ['session_timeout_seconds', 30],
    ['auth_required', true],
  ])('is no number or switch about one: %s', (key, value) => {
    expect(isSecret(key, value)).toBe(false);
    expect(isSecret(key, String(value))).toBe(false);
    expect(isSecret(key, 'x')).toBe(true); // no number: who knows what it is
  });

  it.each(words('pin password token otp'))('may be a number: %s', (key) => {
    expect(isSecret(key, 1234)).toBe(true);
  });
});

describe('withoutSecrets', () => {
  it.each([
    ['https://user:pw@host:1/p?q#f', 'https://host:1/p?q#f'],
    ['redis://:pw@host', 'redis://host'],
    ['see jdbc:postgresql://u:p@h/db and amqp://a:b@c', 'see jdbc:postgresql://h/db and amqp://c'],
    ['https://host/cb?access_token=abc&page=2', 'https://host/cb?access_token=&page=2'],
    ['https://host/?page=2&api_key=abc#top', 'https://host/?page=2&api_key=#top'],
    ['host=db port=5432 password=pw dbname=a', 'host=db port=5432 password= dbname=a'],
    ["host=db password='p w' dbname=a", 'host=db password= dbname=a'],
    ['Server=db;Pwd=pw;Database=a', 'Server=db;Pwd=;Database=a'],
    ['Authorization: Bearer abc123def456', 'Authorization: Bearer'],
    ['Basic dXNlcjpwdw==', 'Basic'],
    ['it says eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl here', 'it says  here'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n', '\n'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE that is cut o', ''],
  ])('takes what opens something out of %j', (text, left) => {
    expect(withoutSecrets(text)).toBe(left);
    expect(withoutSecrets({ deep: [text] })).toEqual({ deep: [left] });
  });

  it.each([
    'https://host/a@b',
    'mail a@b.c',
    'Basic information about the bearer of news',
    'a = b, c=d',
    'max_tokens=4096 and tokens',
    '-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----',
  ])('leaves %j as it is', (text) => {
    expect(withoutSecrets(text)).toBe(text);
  });

  it('is the value itself when there is nothing to leave out', () => {
    const harmless = { team: 'a', list: [1, 'x', null, { deep: true }] };
    expect(withoutSecrets(harmless)).toBe(harmless);
  });

  it('leaves the original alone', () => {
    const original = { token: 'x', list: ['https://u:p@h', 1] };
    expect(withoutSecrets(original)).toEqual({ list: ['https://h', 1] });
    expect(original).toEqual({ token: 'x', list: ['https://u:p@h', 1] });
  });

  it.each(['x', 'x-', 'a=', 'eyJ', 'bearer ', '-----BEGIN PRIVATE KEY-----', 'http://', "a='", 'password='])(
    'is done with a long text of %j at once',
    (part) => {
      const long = part.repeat(250_000 / part.length); // quadratic time would outlast the test's patience
      expect(withoutSecrets({ long, url: `${long} https://u:p@h` })).toBeDefined();
    },
  );
});

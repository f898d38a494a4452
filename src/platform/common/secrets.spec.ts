import { isSecret, withoutSecrets } from './secrets';

const words = (text: string): string[] => text.trim().split(/\s+/);

describe('a secret', () => {
  it.each(
    words(`password dbPassword DB_PASSWORD passwords passwd pwd db_pwd passphrase passcode password_hash PGPASSWORD userpassword
      secret clientSecret mysecret secret_type token access_token accesstoken refreshtoken authtoken bearertoken used_token token_type
      jwt API-KEY apiKey APIKey apikey x-api-key private_key sshKey license_key signing-key Authorization auth auth_header oauth
      cookie session sessionid session_id credentials creds cred pat github_pat pem tls.pem hmac webhook webhookUrl slack_webhook
      connectionString conn_string connstring db_url DATABASE_URL redisUrl mongo_uri sentry_dsn sas_url password_per_env pin otp
      password1 token2 apiKey2 db_pw dbpass pgpass mysqlpass dbpwd authkey passwordhash webhookurl privkey priv_key tls_key client_key
      csrf mnemonic seed_phrase kubeconfig`),
  )('is under %s', (key) => {
    expect(isSecret(key, 'x')).toBe(true);
    expect(isSecret(key, { any: 'thing' })).toBe(true);
    expect(withoutSecrets({ [key]: 'x', deep: [{ [key]: ['x'], team: 'a' }] })).toEqual({ deep: [{ team: 'a' }] });
  });

  it.each(
    words(`team author passenger keyboard monkey primary_key compass bypass_mode region tokenizer secretary path pattern patch compat
      pinned spin url callback_url model key keys environment version description oath capability hostname patient pemmican
      passwordless public_key routing_key primary_key_field s3 sha256`),
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

  it.each([{ toString: 1 }, [5], null])('is what is no number under a name of one: %j', (value) => {
    expect(isSecret('max_tokens', value)).toBe(true);
    expect(withoutSecrets({ max_tokens: value })).toEqual({});
  });

  it.each(words('pin password token otp pin_num password_per_env otp_count'))('may be a number: %s', (key) => {
    expect(isSecret(key, 1234)).toBe(true);
  });
});

describe('withoutSecrets', () => {
  it.each([
    ['https://user:pw@host:1/p?q#f', 'https://host:1/p?q#f'],
    ['redis://:pw@host', 'redis://host'],
    ['see jdbc:postgresql://u:p@h/db and amqp://a:b@c', 'see jdbc:postgresql://h/db and amqp://c'],
    ['https://host/cb?access_token=abc&page=2', 'https://host/cb?access_token=&page=2'],
    ['https://host/?page=2&api_key=abc#top', 'https://host/?page=2&api_key='],
    ['host=db port=5432 password=pw dbname=a', 'host=db port=5432 password= dbname=a'],
    ["host=db password='p w' dbname=a", 'host=db password= dbname=a'],
    ["host=db password='pw", 'host=db password='],
    ["password=p'w,#w dbname=a", 'password= dbname=a'],
    ['redis:6379,password=pw,ssl=true', 'redis:6379,password=,ssl=true'],
    ['a=1,password=2', 'a=1,password='],
    ['Server=db;Pwd=pw;Database=a', 'Server=db;Pwd=;Database=a'],
    ['Authorization: Bearer abc123def456', 'Authorization: Bearer'],
    ['Basic dXNlcjpwdw==', 'Basic'],
    ['Bearer xyz', 'Bearer'],
    ['{"authorization": "bearer xyz"}', '{"authorization": "bearer"}'],
    ['send Bearer abcdEFGHijkl there', 'send Bearer there'],
    ['it says eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl here', 'it says  here'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n', '\n'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE that is cut o', ''],
    ['-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQ\n-----END PGP PRIVATE KEY BLOCK-----\n', '\n'],
    ['-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIE\n-----END RSA PRIVATE KEY-----\n', '\n'],
  ])('takes what opens something out of %j', (text, left) => {
    expect(withoutSecrets(text)).toBe(left);
    expect(withoutSecrets({ deep: [text] })).toEqual({ deep: [left] });
  });

  it.each([
    ['https://u:%@host/', 'https://host/'],
    ['Bearer %', 'Bearer'],
    ['password=% dbname=a', 'password= dbname=a'],
    ['eyJ%.%.%', ''],
  ])('leaves no rest of a long secret in %j', (text, left) => {
    expect(withoutSecrets(text.replaceAll('%', 'aB3'.repeat(5_000)))).toBe(left);
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

  it.each([
    'x',
    'x-',
    'a=',
    'eyJ',
    'bearer ',
    'eyJ-',
    '-----BEGIN PRIVATE KEY-----',
    'http://',
    "a='",
    'password=',
    'password=\'"',
    'password=,a',
  ])('is done with a long text of %j at once', (part) => {
    const long = part.repeat(250_000 / part.length); // quadratic time would outlast the test's patience
    expect(withoutSecrets({ long, url: `${long} https://u:p@h` })).toBeDefined();
  });
});

import { ConfigurationError } from './configuration';
import { loadConfiguration } from './load-configuration';

/** The variables that are refused, each with what the message says of it. */
function refusals(environment: Record<string, string>): Record<string, string> {
  try {
    loadConfiguration(environment);
    return {};
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const [heading, ...lines] = error.message.split('\n');
    expect(heading).toBe('Wrong configuration:');
    return Object.fromEntries(lines.map((line) => /^ {2}- (\w+) (.+)$/.exec(line)!.slice(1, 3) as [string, string]));
  }
}

const DATABASE_URL = 'postgresql://registry:secret@db:5432/registry';
const REDIS_URL = 'redis://:secret@cache:6379';
const KEY = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';

describe('loadConfiguration', () => {
  it('has a default for everything', () => {
    expect({ ...loadConfiguration({}) }).toEqual({
      NODE_ENV: 'development',
      DATABASE_URL: undefined,
      DATABASE_STARTUP_TIMEOUT_SECONDS: 60,
      REDIS_URL: undefined,
      DATA_DIR: '.data',
      SERVER_PORT: 8080,
      SERVER_HOST: '127.0.0.1',
      ALLOWED_HOSTS: undefined,
      WEB_CONCURRENCY: 1,
      LOG_LEVEL: 'info',
      LOG_REQUESTS: 'off',
      RATE_LIMIT_REQUESTS_PER_SECOND: 0,
      RATE_LIMIT_HEARTBEATS_PER_SECOND: 0,
      RATE_LIMIT_AUTH_FAILURES_PER_SECOND: 10,
      TRUST_PROXY_HOPS: 0,
      CORS_ORIGINS: undefined,
      REQUEST_TIMEOUT_SECONDS: 30,
      REQUEST_BYTES_IN_FLIGHT: 64 * 1024 * 1024,
      CONNECTIONS_MAX: 10_000,
      PUBLIC_URL: undefined,
      STREAMS_MAX: 10_000,
      STREAM_BUFFER_BYTES: 8 * 1024 * 1024,
      HOT_LANE: 'on',
      AUTH_MODE: 'none',
      AUTH_TOKENS_FILE: undefined,
      AUTH_TOKENS: undefined,
      AUTH_HEALTH: 'open',
      AUTH_METRICS: 'closed',
      AUTH_JWT_ISSUER: undefined,
      AUTH_JWT_AUDIENCE: undefined,
      AUTH_JWT_JWKS_URL: undefined,
      AUTH_JWT_SCOPES_CLAIM: 'scope',
      AUTH_JWT_TYPE: 'any',
      AUTH_JWT_MAX_LIFETIME_SECONDS: 86_400,
      AGENT_TOKEN_TTL_SECONDS: 2_592_000,
      TRIFECTA_COURT_URL: undefined,
      TRIFECTA_COURT_FAIL_MODE: 'closed',
      TRIFECTA_COURT_TIMEOUT_MS: 3000,
      HEARTBEAT_TIMEOUT_SECONDS: 30,
      HEARTBEAT_INACTIVE_AFTER_SECONDS: 300,
      HEARTBEAT_SWEEP_INTERVAL_SECONDS: 5,
      HEALTH_DEGRADED_PERCENT: 90,
      HEALTH_UNHEALTHY_PERCENT: 98,
      HEARTBEAT_FLUSH_INTERVAL_MS: 500,
      TRIFECTA_COURT_MAX_CONCURRENT: 32,
      TRIFECTA_COURT_MAX_QUEUE: 1000,
      TRIFECTA_COURT_BREAKER_FAILURES: 5,
      TRIFECTA_COURT_BREAKER_RESET_MS: 5000,
      TRIFECTA_COURT_VERDICT_TTL_SECONDS: 0,
      HEARTBEAT_TARGET_PER_SECOND: 20_000,
      AGENT_RETENTION_SECONDS: 86_400,
      EVENT_RETENTION_SECONDS: 604_800,
      AUDIT_RETENTION_SECONDS: 7_776_000,
      WEBHOOKS_MAX: 100,
      WEBHOOK_RETRY_SCHEDULE: '0,5,300,1800,7200,18000,36000,50400,72000,86400',
      WEBHOOK_TIMEOUT_MS: 20_000,
      WEBHOOK_MAX_CONCURRENT: 64,
      WEBHOOK_DELIVERY_RETENTION_SECONDS: 604_800,
      OUTBOUND_ALLOW_HOSTS: undefined,
      SECRETS_KEY: undefined,
      RETENTION_INTERVAL_SECONDS: 30,
      AGENTS_MAX_PER_OWNER: 0,
      QUERY_MAX_CONCURRENT: 4,
      QUERY_MAX_QUEUE: 64,
      QUERY_TIMEOUT_MS: 2000,
      METRICS_MAX_AGENT_SERIES: 10_000,
      SHUTDOWN_DRAIN_MS: 500,
      SHUTDOWN_GRACE_SECONDS: 10,
    });
  });

  it.each([
    ['DATABASE_URL', DATABASE_URL, DATABASE_URL],
    ['DATABASE_URL', 'postgres://db/registry', 'postgres://db/registry'],
    ['REDIS_URL', REDIS_URL, REDIS_URL],
    ['REDIS_URL', 'rediss://cache', 'rediss://cache'],
    ['REDIS_URL', 'redis://cache:6379/', 'redis://cache:6379/'],
    ['REDIS_URL', 'redis://cache:6379/2', 'redis://cache:6379/2'],
    ['DATA_DIR', 'some/where', 'some/where'],
    ['SERVER_PORT', '0', 0],
    ['SERVER_PORT', '65535', 65_535],
    ['SERVER_PORT', ' 9000 ', 9000],
    ['SERVER_HOST', '127.0.0.1', '127.0.0.1'],
    [
      'ALLOWED_HOSTS',
      'registry, *.svc.cluster.local,10.0.0.0/8,fd00::/8,::1',
      'registry, *.svc.cluster.local,10.0.0.0/8,fd00::/8,::1',
    ],
    ['ALLOWED_HOSTS', '*', '*'],
    ['OUTBOUND_ALLOW_HOSTS', 'localhost, *.svc,10.0.0.0/8,fd00::/8', 'localhost, *.svc,10.0.0.0/8,fd00::/8'],
    ['WEBHOOK_RETRY_SCHEDULE', '0, 1,604800', '0, 1,604800'],
    ['SECRETS_KEY', `${KEY},${KEY}`, `${KEY},${KEY}`],
    ['CONNECTIONS_MAX', '1', 1],
    ['PUBLIC_URL', 'https://registry.example.org', 'https://registry.example.org'],
    ['STREAMS_MAX', '0', 0],
    ['STREAM_BUFFER_BYTES', '65536', 65_536],
    ['REQUEST_BYTES_IN_FLIGHT', '8388608', 8_388_608],
    ['RATE_LIMIT_AUTH_FAILURES_PER_SECOND', '0', 0],
    ['LOG_LEVEL', 'debug', 'debug'],
    ['LOG_LEVEL', 'warn', 'warn'],
    ['LOG_LEVEL', 'error', 'error'],
    ['LOG_REQUESTS', 'errors', 'errors'],
    ['LOG_REQUESTS', 'all', 'all'],
    ['AUTH_MODE', 'none', 'none'],
    ['AUTH_HEALTH', 'closed', 'closed'],
    ['AUTH_METRICS', 'open', 'open'],
    ['AUTH_JWT_JWKS_URL', 'https://issuer/keys', 'https://issuer/keys'],
    ['TRIFECTA_COURT_URL', 'http://court', 'http://court'],
    ['TRIFECTA_COURT_URL', 'https://court:8443/base', 'https://court:8443/base'],
    ['TRIFECTA_COURT_FAIL_MODE', 'open', 'open'],
    ['TRIFECTA_COURT_TIMEOUT_MS', '1', 1],
    ['HEARTBEAT_TIMEOUT_SECONDS', '60', 60],
    ['HEARTBEAT_INACTIVE_AFTER_SECONDS', '600', 600],
    ['HEARTBEAT_SWEEP_INTERVAL_SECONDS', '1', 1],
    ['HEALTH_DEGRADED_PERCENT', '50', 50],
    ['HEALTH_UNHEALTHY_PERCENT', '90', 90],
    ['HEARTBEAT_FLUSH_INTERVAL_MS', '10', 10],
    ['AGENT_RETENTION_SECONDS', '1', 1],
    ['EVENT_RETENTION_SECONDS', '1', 1],
    ['RETENTION_INTERVAL_SECONDS', '3600', 3600],
    ['AUDIT_RETENTION_SECONDS', '3153600000', 3_153_600_000],
    ['AGENTS_MAX_PER_OWNER', '5000', 5000],
    ['QUERY_MAX_QUEUE', '0', 0],
    ['QUERY_TIMEOUT_MS', '8000', 8000],
    ['SHUTDOWN_GRACE_SECONDS', '0', 0],
  ])('takes %s=%s', (name, text, value) => {
    expect(loadConfiguration({ [name]: text })).toMatchObject({ [name]: value });
  });

  it.each([
    ['SERVER_PORT', '65536'],
    ['SERVER_PORT', '-1'],
    ['SERVER_PORT', '80.5'],
    ['SERVER_PORT', '0x50'],
    ['SERVER_PORT', '1e3'],
    ['SERVER_PORT', 'http'],
    ['SERVER_PORT', '9'.repeat(400)],
    ['ALLOWED_HOSTS', 'http://registry'],
    ['ALLOWED_HOSTS', 'registry:8080'],
    ['ALLOWED_HOSTS', 'registry,,other'],
    ['ALLOWED_HOSTS', '10.0.0.0/33'],
    ['ALLOWED_HOSTS', 'registry/8'],
    ['ALLOWED_HOSTS', '*registry'],
    ['CONNECTIONS_MAX', '0'],
    ['PUBLIC_URL', 'registry'],
    ['STREAMS_MAX', '-1'],
    ['STREAM_BUFFER_BYTES', '65535'],
    ['REQUEST_BYTES_IN_FLIGHT', '8388607'],
    ['RATE_LIMIT_AUTH_FAILURES_PER_SECOND', '-1'],
    ['LOG_LEVEL', 'INFO'],
    ['LOG_REQUESTS', 'on'],
    ['LOG_LEVEL', 'verbose'],
    ['LOG_LEVEL', 'constructor'],
    ['AUTH_MODE', 'basic'],
    ['AUTH_HEALTH', 'ajar'],
    ['AUTH_METRICS', 'true'],
    ['AUTH_JWT_JWKS_URL', 'issuer/keys'],
    ['TRIFECTA_COURT_FAIL_MODE', 'ajar'],
    ['TRIFECTA_COURT_URL', 'court:8080'],
    ['TRIFECTA_COURT_URL', 'ftp://court'],
    ['TRIFECTA_COURT_TIMEOUT_MS', '0'],
    ['TRIFECTA_COURT_TIMEOUT_MS', 'Infinity'],
    ['DATABASE_URL', 'mysql://db/registry'],
    ['DATABASE_URL', 'db:5432/registry'],
    ['DATABASE_URL', 'postgresql'],
    ['REDIS_URL', 'http://cache'],
    ['REDIS_URL', 'redis://cache/abc'],
    ['REDIS_URL', 'redis://cache/0/1'],
    ['HEARTBEAT_TIMEOUT_SECONDS', '0'],
    ['HEARTBEAT_TIMEOUT_SECONDS', '30s'],
    ['HEARTBEAT_INACTIVE_AFTER_SECONDS', '0'],
    ['HEARTBEAT_SWEEP_INTERVAL_SECONDS', '0'],
    ['HEALTH_DEGRADED_PERCENT', '0'],
    ['HEALTH_UNHEALTHY_PERCENT', '101'],
    ['HEALTH_UNHEALTHY_PERCENT', '89'],
    ['HEARTBEAT_FLUSH_INTERVAL_MS', '9'],
    ['AGENT_RETENTION_SECONDS', '-5'],
    ['EVENT_RETENTION_SECONDS', '0'],
    ['RETENTION_INTERVAL_SECONDS', '0'],
    ['AUDIT_RETENTION_SECONDS', 'for ever'],
    ['AGENTS_MAX_PER_OWNER', '-1'],
    ['QUERY_MAX_CONCURRENT', '0'],
    ['QUERY_TIMEOUT_MS', '99'],
    ['WEBHOOKS_MAX', '1001'],
    ['WEBHOOK_RETRY_SCHEDULE', '0,5,'],
    ['WEBHOOK_RETRY_SCHEDULE', '0,604801'],
    ['WEBHOOK_RETRY_SCHEDULE', '-1'],
    ['OUTBOUND_ALLOW_HOSTS', '*'],
    ['OUTBOUND_ALLOW_HOSTS', 'http://sink'],
    ['SECRETS_KEY', 'AAECAwQFBgcICQoLDA0ODw=='],
    ['SECRETS_KEY', `${KEY},`],
    ['SHUTDOWN_GRACE_SECONDS', '3601'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4317'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'grpc://collector'],
  ])('refuses %s=%s and no other variable', (name, text) => {
    expect(Object.keys(refusals({ [name]: text }))).toEqual([name]);
  });

  it('names every wrong variable, and what it takes, in one message', () => {
    const wrong = {
      SERVER_PORT: 'eighty',
      LOG_LEVEL: 'loud',
      TRIFECTA_COURT_URL: 'court',
      HEARTBEAT_TIMEOUT_SECONDS: '0',
      DATABASE_URL: 'nonsense',
    };
    expect(refusals({ ...wrong, SERVER_HOST: '::1' })).toEqual({
      SERVER_PORT: 'must be a whole number from 0 to 65535 (got "eighty")',
      LOG_LEVEL: 'must be one of debug, info, warn, error (got "loud")',
      TRIFECTA_COURT_URL: 'must be a URL like http://…',
      HEARTBEAT_TIMEOUT_SECONDS: 'must be a whole number from 1 to 86400 (got 0)',
      DATABASE_URL: 'must be a URL like postgres://…; special characters of a password in it are written as %40 for @',
    });
  });

  it('never tells the value of a variable that may hold a secret', () => {
    const secrets = {
      DATABASE_URL: 'mysql://registry:hunter2@db/registry',
      REDIS_URL: 'hunter2@cache',
      TRIFECTA_COURT_URL: 'ftp://judge:hunter2@court',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://tenant:hunter2@collector',
      SECRETS_KEY: 'hunter2',
    };
    const told = refusals(secrets);
    expect(Object.keys(told).sort()).toEqual(Object.keys(secrets).sort());
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });

  it('takes an empty variable for one that is not set', () => {
    const names = Object.keys(loadConfiguration({}));
    for (const text of ['', ' ', '\t\n']) {
      const environment = Object.fromEntries(names.map((name) => [name, text]));
      expect(loadConfiguration(environment)).toEqual(loadConfiguration({}));
    }
  });

  it('takes no notice of where traces would go when nothing is traced', () => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' };
    expect(refusals({ ...endpoint, OTEL_SDK_DISABLED: 'true' })).toEqual({});
    expect(refusals({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' })).toEqual({});
  });

  it('takes no notice of other variables', () => {
    const environment = JSON.parse('{"PATH":"/bin","__proto__":"x","constructor":"x","server_port":"1"}') as object;
    expect(loadConfiguration({ ...environment })).toEqual(loadConfiguration({}));
  });

  describe('with AUTH_MODE', () => {
    const token = { AUTH_MODE: 'token', AUTH_TOKENS: '[]' };

    it('none, binds to the loopback, and to every address with any other, unless told otherwise', () => {
      expect(loadConfiguration({ AUTH_MODE: 'none' }).SERVER_HOST).toBe('127.0.0.1');
      expect(loadConfiguration(token).SERVER_HOST).toBe('0.0.0.0');
      expect(loadConfiguration({ SERVER_HOST: '0.0.0.0' }).SERVER_HOST).toBe('0.0.0.0');
      expect(loadConfiguration({ ...token, SERVER_HOST: '127.0.0.1' }).SERVER_HOST).toBe('127.0.0.1');
    });

    it('none, limits no rates, and 1,000 requests a second with any other, unless told otherwise', () => {
      const limit = (environment: Record<string, string>): number =>
        loadConfiguration(environment).RATE_LIMIT_REQUESTS_PER_SECOND;
      expect([limit({}), limit(token), limit({ ...token, RATE_LIMIT_REQUESTS_PER_SECOND: '0' })]).toEqual([0, 1000, 0]);
      expect(loadConfiguration(token).RATE_LIMIT_HEARTBEATS_PER_SECOND).toBe(0);
    });

    it('token, requires tokens from either place', () => {
      expect(Object.keys(refusals({ AUTH_MODE: 'token' }))).toEqual(['AUTH_TOKENS_FILE']);
      expect(refusals({ AUTH_MODE: 'token', AUTH_TOKENS_FILE: 'tokens.json' })).toEqual({});
      expect(refusals({ AUTH_MODE: 'token', AUTH_TOKENS: '[]' })).toEqual({});
    });

    it('jwt, requires an issuer and an audience', () => {
      expect(Object.keys(refusals({ AUTH_MODE: 'jwt' }))).toEqual(['AUTH_JWT_ISSUER', 'AUTH_JWT_AUDIENCE']);
      const jwt = { AUTH_MODE: 'jwt', AUTH_JWT_AUDIENCE: 'registry' };
      expect(refusals({ ...jwt, AUTH_JWT_ISSUER: 'https://issuer/realm' })).toEqual({});
      expect(Object.keys(refusals({ ...jwt, AUTH_JWT_ISSUER: 'issuer' }))).toEqual(['AUTH_JWT_ISSUER']);
    });
  });

  describe('in production', () => {
    const required = 'must be set when NODE_ENV=production';

    const AUTH_TOKENS_FILE = '/run/secrets/tokens.json';

    it('requires a database, a Redis and tokens', () => {
      expect(refusals({ NODE_ENV: 'production' })).toEqual({
        DATABASE_URL: required,
        REDIS_URL: required,
        AUTH_TOKENS_FILE: expect.stringContaining('must be set when AUTH_MODE=token') as string,
      });
      const production = { NODE_ENV: 'production', AUTH_TOKENS_FILE };
      expect(refusals({ ...production, DATABASE_URL, REDIS_URL: ' ' })).toEqual({ REDIS_URL: required });
      expect(refusals({ ...production, DATABASE_URL, REDIS_URL })).toEqual({});
    });

    it('asks for tokens unless told otherwise', () => {
      const production = { NODE_ENV: 'production', DATABASE_URL, REDIS_URL };
      expect(loadConfiguration({ ...production, AUTH_TOKENS: '[]' }).AUTH_MODE).toBe('token');
      expect(loadConfiguration({ ...production, AUTH_MODE: 'none' }).AUTH_MODE).toBe('none');
    });

    it.each(['postgres://u:p#ss@h/db', 'postgres://u:p/ss@h/db', 'postgres://u:50%@h/db'])(
      'names what a password in %s needs',
      (url) => {
        expect(refusals({ DATABASE_URL: url }).DATABASE_URL).toContain('special characters of a password');
      },
    );

    it('still says what is wrong with the others', () => {
      expect(refusals({ NODE_ENV: 'production', LOG_LEVEL: 'loud' })).toMatchObject({
        DATABASE_URL: required,
        REDIS_URL: required,
        LOG_LEVEL: expect.stringContaining('must be one of') as string,
      });
    });

    it('refuses one that is not what it should be', () => {
      expect(refusals({ NODE_ENV: 'production', DATABASE_URL: 'nonsense', REDIS_URL, AUTH_TOKENS_FILE })).toEqual({
        DATABASE_URL:
          'must be a URL like postgres://…; special characters of a password in it are written as %40 for @',
      });
    });
  });

  it('refuses an access log at a level at which it is not written', () => {
    const told = { LOG_REQUESTS: 'must go with LOG_LEVEL=info or debug: requests are logged at info' };
    for (const LOG_LEVEL of ['warn', 'error']) {
      expect(refusals({ LOG_LEVEL, LOG_REQUESTS: 'errors' })).toEqual(told);
      expect(refusals({ LOG_LEVEL, LOG_REQUESTS: 'off' })).toEqual({});
    }
    expect(refusals({ LOG_LEVEL: 'debug', LOG_REQUESTS: 'all' })).toEqual({});
  });

  it('refuses a flush interval of more than a quarter of the timeout', () => {
    const flush = { HEARTBEAT_FLUSH_INTERVAL_MS: '501' };
    expect(refusals({ ...flush, HEARTBEAT_TIMEOUT_SECONDS: '2' })).toEqual({
      HEARTBEAT_FLUSH_INTERVAL_MS: 'must be at most 500, a quarter of HEARTBEAT_TIMEOUT_SECONDS',
    });
    expect(refusals({ ...flush, HEARTBEAT_TIMEOUT_SECONDS: '3' })).toEqual({});
  });
});

import { ValidateIf } from 'class-validator';
import {
  ConnectionUrl,
  RedisUrl,
  HostList,
  IntegerBetween,
  IntegerList,
  OneOf,
  RequiredFor,
  RequiredInProduction,
  SecretKeys,
} from './configuration.rules';
import { isTracingOn, type TracingSwitch } from './is-tracing-on';

/**
 * Every setting of the service, named as its environment variable. Built once by `loadConfiguration` and injected
 * by type; nothing else reads the environment. Durations carry their unit in the name.
 */
export class Configuration implements TracingSwitch {
  NODE_ENV = 'development';

  /** PostgreSQL connection string; unset: an embedded PostgreSQL under {@link DATA_DIR}. */
  @RequiredInProduction()
  @ConnectionUrl('postgres', 'postgresql')
  DATABASE_URL?: string;

  /** Path of a file that holds it instead; read again for each connection. */
  DATABASE_URL_FILE?: string;

  /** Lists, counts and analytics that PostgreSQL works out at once for this process … */
  @IntegerBetween(1, 100)
  QUERY_MAX_CONCURRENT = 4;

  /** … that may wait besides … */
  @IntegerBetween(0, 10_000)
  QUERY_MAX_QUEUE = 64;

  /** … and how long each may take, and wait. */
  @IntegerBetween(100, 600_000)
  QUERY_TIMEOUT_MS = 2000;

  /** How long a start waits for the database to be there. */
  @IntegerBetween(0, 86_400)
  DATABASE_STARTUP_TIMEOUT_SECONDS = 60;

  /** Redis connection string; unset: the cache stays in this process. */
  @RequiredInProduction()
  @RedisUrl()
  REDIS_URL?: string;

  /** Path of a file that holds it instead; user and password are read again when a connection is made anew. */
  REDIS_URL_FILE?: string;

  DATA_DIR = '.data';

  /** 0 takes any free port. */
  @IntegerBetween(0, 65_535)
  SERVER_PORT = 8080;

  /** Bind address; unset: every address where callers are recognised, the loopback alone where they are not. */
  SERVER_HOST = '0.0.0.0';

  /** Path of the certificate (chain, PEM) that the service shows; set: it speaks HTTPS alone. Read again when it changes … */
  TLS_CERT_FILE?: string;

  /** … and that of its key. */
  TLS_KEY_FILE?: string;

  /** Path of the authorities (PEM) that clients' certificates must be signed by; unset: clients need none. */
  TLS_CLIENT_CA_FILE?: string;

  /**
   * Without access control: hosts that requests may be for, with commas between them, besides those of the loopback. Names, `*.` and
   * what names end with, addresses, subnets, or `*`.
   */
  @HostList()
  ALLOWED_HOSTS?: string;

  /** Processes that serve the port together, each the whole service. */
  @IntegerBetween(1, 256)
  WEB_CONCURRENCY = 1;

  @OneOf('debug', 'info', 'warn', 'error')
  LOG_LEVEL: 'debug' | 'info' | 'warn' | 'error' = 'info';

  /** The access log: a line for each request, or for those that failed. */
  @OneOf('off', 'errors', 'all')
  LOG_REQUESTS: 'off' | 'errors' | 'all' = 'off';

  /**
   * Requests a second, over ten seconds, that one client may send, heartbeats aside; 0: any number. Where callers are recognised
   * 1,000 unless set.
   */
  @IntegerBetween(0, 1_000_000)
  RATE_LIMIT_REQUESTS_PER_SECOND = 0;

  /** The same for heartbeats and batches of them. */
  @IntegerBetween(0, 1_000_000)
  RATE_LIMIT_HEARTBEATS_PER_SECOND = 0;

  /** Wrong tokens a second, over ten seconds, that may come from one address; 0: any number. */
  @IntegerBetween(0, 1_000_000)
  RATE_LIMIT_AUTH_FAILURES_PER_SECOND = 10;

  /** Proxies in front of the service, whose `X-Forwarded-For` says who the client is. */
  @IntegerBetween(0, 100)
  TRUST_PROXY_HOPS = 0;

  /** Origins whose pages may call the API, with commas between them, or `*`; unset: none. */
  CORS_ORIGINS?: string;

  /** How long a request may take to arrive. */
  @IntegerBetween(1, 3600)
  REQUEST_TIMEOUT_SECONDS = 30;

  /** Bytes of request bodies that may be in memory at once, over all connections of this process. */
  @IntegerBetween(8 * 1024 * 1024, 1024 ** 4)
  REQUEST_BYTES_IN_FLIGHT = 64 * 1024 * 1024;

  /** Connections of clients that may be open at once; above it the one that has been idle for longest makes room. */
  @IntegerBetween(1, 1_000_000)
  CONNECTIONS_MAX = 10_000;

  /** Where clients reach this registry; it names it in what it sends to others. */
  @ConnectionUrl('http', 'https')
  PUBLIC_URL?: string;

  /** Streams (`GET /events` as an event stream, and the like) that may be open at once; above it 503 `too_many_streams`. */
  @IntegerBetween(0, 1_000_000)
  STREAMS_MAX = 10_000;

  /** Bytes that may wait for the client of a stream to read them; above it, it is cut off. */
  @IntegerBetween(64 * 1024, 1024 ** 3)
  STREAM_BUFFER_BYTES = 8 * 1024 * 1024;

  /** How callers are recognised: not at all, by the tokens below, or by JWTs. In production `token` unless set. */
  @OneOf('none', 'token', 'jwt')
  AUTH_MODE: 'none' | 'token' | 'jwt' = 'none';

  /** Path of a JSON array of `{ "name", "sha256", "scopes" }`; read again when it changes. */
  @RequiredFor('token', 'or AUTH_TOKENS; AUTH_MODE=none would open the registry to everybody', 'AUTH_TOKENS')
  AUTH_TOKENS_FILE?: string;

  /** The same JSON itself. */
  AUTH_TOKENS?: string;

  /** Whether `/health/*` takes no token, or one with the scope `read`. */
  @OneOf('open', 'closed')
  AUTH_HEALTH: 'open' | 'closed' = 'open';

  /** The same for `/metrics`. */
  @OneOf('open', 'closed')
  AUTH_METRICS: 'open' | 'closed' = 'closed';

  /** OpenID Connect issuer, exactly as in the `iss` of its tokens. */
  @RequiredFor('jwt')
  @ConnectionUrl('https', 'http')
  AUTH_JWT_ISSUER?: string;

  @RequiredFor('jwt')
  AUTH_JWT_AUDIENCE?: string;

  /** Where the issuer's keys are; unset: where its configuration document says. */
  @ConnectionUrl('https', 'http')
  AUTH_JWT_JWKS_URL?: string;

  /** The claim that holds the scopes, as a string of words or an array of them. */
  AUTH_JWT_SCOPES_CLAIM = 'scope';

  /** The claim that holds the expression for the agents that a token is for; unset: tokens are for all. */
  AUTH_JWT_WHERE_CLAIM?: string;

  /** Which `typ` the header of a JWT must have: `at+jwt` (RFC 9068); `any` also takes `JWT` and none, and refuses ID tokens by their claims. */
  @OneOf('any', 'at+jwt')
  AUTH_JWT_TYPE: 'any' | 'at+jwt' = 'any';

  /** JWTs that are issued for longer are refused. */
  @IntegerBetween(1, 31_536_000)
  AUTH_JWT_MAX_LIFETIME_SECONDS = 86_400;

  /** How long an agent's own token stays valid after it was given or last used. */
  @IntegerBetween(60, 315_360_000)
  AGENT_TOKEN_TTL_SECONDS = 2_592_000;

  /** `off`: all requests go through Express. There is no difference but the time it takes. */
  @OneOf('on', 'off')
  HOT_LANE: 'on' | 'off' = 'on';

  /** Governance service; unset: nothing is judged. */
  @ConnectionUrl('http', 'https')
  TRIFECTA_COURT_URL?: string;

  /** Path of a file that holds it instead. */
  TRIFECTA_COURT_URL_FILE?: string;

  @OneOf('closed', 'open')
  TRIFECTA_COURT_FAIL_MODE: 'closed' | 'open' = 'closed';

  @IntegerBetween(1, 60_000)
  TRIFECTA_COURT_TIMEOUT_MS = 3000;

  /** Questions that may be before the court at once; further ones queue. */
  @IntegerBetween(1, 10_000)
  TRIFECTA_COURT_MAX_CONCURRENT = 32;

  @IntegerBetween(0, 100_000)
  TRIFECTA_COURT_MAX_QUEUE = 1000;

  /** Questions in a row without a usable answer after which the court is left in peace. */
  @IntegerBetween(1, 1000)
  TRIFECTA_COURT_BREAKER_FAILURES = 5;

  /** How long it is left in peace. */
  @IntegerBetween(1, 3_600_000)
  TRIFECTA_COURT_BREAKER_RESET_MS = 5000;

  /** How long an answer also holds for the same question; 0: not at all. */
  @IntegerBetween(0, 86_400)
  TRIFECTA_COURT_VERDICT_TTL_SECONDS = 0;

  /** Silence that makes an agent unhealthy, unless its own interval asks for more. */
  @IntegerBetween(1, 86_400)
  HEARTBEAT_TIMEOUT_SECONDS = 30;

  @IntegerBetween(1, 31_536_000)
  HEARTBEAT_INACTIVE_AFTER_SECONDS = 300;

  @IntegerBetween(1, 3600)
  HEARTBEAT_SWEEP_INTERVAL_SECONDS = 5;

  /** Of CPU or memory: from here on an agent that does not say how it is counts as degraded … */
  @IntegerBetween(1, 100)
  HEALTH_DEGRADED_PERCENT = 90;

  /** … and from here on as unhealthy; at least {@link HEALTH_DEGRADED_PERCENT}. */
  @IntegerBetween(1, 100)
  HEALTH_UNHEALTHY_PERCENT = 98;

  /** How long an acknowledged heartbeat may wait before it is in the database; at most a quarter of {@link HEARTBEAT_TIMEOUT_SECONDS}. */
  @IntegerBetween(10, 60_000)
  HEARTBEAT_FLUSH_INTERVAL_MS = 500;

  /** Heartbeats a second, over all replicas, above which agents are told to beat more slowly. */
  @IntegerBetween(1, 10_000_000)
  HEARTBEAT_TARGET_PER_SECOND = 20_000;

  /** How long tombstones of deregistered agents are kept. */
  @IntegerBetween(1, 315_360_000)
  AGENT_RETENTION_SECONDS = 86_400;

  /** How long events are kept, whether their agents are still there or not. */
  @IntegerBetween(1, 315_360_000)
  EVENT_RETENTION_SECONDS = 604_800;

  /** How long the audit trail of governance is kept. */
  @IntegerBetween(1, 3_153_600_000)
  AUDIT_RETENTION_SECONDS = 7_776_000;

  /** Webhooks that there may be. */
  @IntegerBetween(0, 1_000)
  WEBHOOKS_MAX = 100;

  /** Seconds before each attempt of a delivery, with commas between them: the first one, and one for each failure. */
  @IntegerList(604_800, 50)
  WEBHOOK_RETRY_SCHEDULE = '0,5,300,1800,7200,18000,36000,50400,72000,86400';

  /** How long one attempt may take. */
  @IntegerBetween(100, 120_000)
  WEBHOOK_TIMEOUT_MS = 20_000;

  /** Attempts that this process makes at once, for all webhooks together; for one it makes at most 8. */
  @IntegerBetween(1, 1_000)
  WEBHOOK_MAX_CONCURRENT = 64;

  /** How long what became of deliveries is kept. */
  @IntegerBetween(1, 315_360_000)
  WEBHOOK_DELIVERY_RETENTION_SECONDS = 604_800;

  /**
   * Hosts that clients may have the service ask although they are not of the public internet, for these also over plain HTTP: names, `*.`
   * and what names end with, addresses or subnets, with commas between them.
   */
  @HostList({ any: false })
  OUTBOUND_ALLOW_HOSTS?: string;

  /** The key that secrets are kept under in the database; behind it, after commas, keys that it was before. */
  @SecretKeys()
  SECRETS_KEY?: string;

  /** Path of a file that holds it instead. */
  SECRETS_KEY_FILE?: string;

  /** How often what has been kept long enough is deleted. */
  @IntegerBetween(1, 86_400)
  RETENTION_INTERVAL_SECONDS = 30;

  /** Registered agents that one client may own; 0: any number. */
  @IntegerBetween(0, 100_000_000)
  AGENTS_MAX_PER_OWNER = 0;

  /** With more agents than this, `/metrics` has no series of its own for each agent. */
  @IntegerBetween(0, 1_000_000)
  METRICS_MAX_AGENT_SERIES = 10_000;

  /** How long connections are still taken once readiness has turned 503, so that nobody is refused who could not know. */
  @IntegerBetween(0, 600_000)
  SHUTDOWN_DRAIN_MS = 500;

  /** How long requests in flight may take to finish once shutdown has begun. */
  @IntegerBetween(0, 3600)
  SHUTDOWN_GRACE_SECONDS = 10;

  /** Where traces are sent (OTLP over HTTP), `/v1/traces` being added. The OpenTelemetry SDK reads it, and all its others, itself. */
  @ValidateIf(isTracingOn)
  @ConnectionUrl('http', 'https')
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  /** The same for traces alone, nothing being added; both unset: nothing is traced. */
  @ValidateIf(isTracingOn)
  @ConnectionUrl('http', 'https')
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;

  /** `true`: nothing is traced, whatever else is set. */
  OTEL_SDK_DISABLED?: string;

  /** `none`: likewise. */
  OTEL_TRACES_EXPORTER?: string;
}

/** Thrown by `loadConfiguration`; the message lists every wrong variable and what it takes, one a line. */
export class ConfigurationError extends Error {
  constructor(readonly problems: string[]) {
    super(`Wrong configuration:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

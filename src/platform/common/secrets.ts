import { isJsonObject } from '../validation/validate';

/** Words in the names of what only its owner should see, however the names are written: `apiKey`, `API_KEY`, `db-password`. */
const SECRET_WORDS = new Set(
  `pass passwd password passwords passphrase passcode pwd pin otp totp secret secrets token tokens jwt cred creds credential credentials
   auth authorization authentication oauth bearer cookie cookies session sessions sessionid dsn sas pat pem hmac webhook webhooks
   connstring`.split(/\s+/),
);
/** Ends of words that are written together: `accesstoken`, `PGPASSWORD`, `mysecret`. */
const SECRET_ENDS = /(?:password|passwd|passphrase|secret|token|apikey|accesskey|privatekey|credentials?)s?$/;
/** A key is a secret only if it says what it opens, a URL only if it is where a login is usually written. */
const SECRET_PHRASES = [
  /(?:api|access|private|secret|signing|encryption|ssh|account|master|shared|service|license|licence|deploy|storage) ?keys?\b/,
  /\b(?:conn|connection) ?strings?\b/,
  /\b(?:db|database|pg|postgres|postgresql|mysql|mongo|mongodb|redis|amqp|rabbitmq|jdbc|broker) ?(?:url|uri)s?\b/,
];
/** A number or a switch about secrets is none: `max_tokens`, `session_timeout_seconds`, `auth_required`. */
const HARMLESS =
  /\b(?:max|min|count|limit|total|num|per|length|size|ttl|timeout|interval|seconds|budget|tokens used|used tokens|enabled|required)\b/;

const NUMBER_OR_SWITCH = /^(?:-?\d{1,15}(?:\.\d{1,15})?|true|false)$/;

/** Names repeat from agent to agent. */
const REMEMBERED_NAMES = 10_000;
const remembered = new Map<string, NameJudgement>();

type NameJudgement = 'open' | 'secret' | 'secret unless a number';

/**
 * **What of an agent's metadata may only its owner and `admin` see?** The value under a key whose name says that it is a secret. The
 * names that others have used for secrets were the model (Sentry's data scrubber, Logstash's and Rails' filters); when in doubt it
 * is one.
 */
export function isSecret(key: string, value: unknown): boolean {
  const judgement = judgementOf(key);
  if (judgement === 'open') return false;
  return judgement === 'secret' || !NUMBER_OR_SWITCH.test(String(value));
}

/**
 * A JSON value without what {@link isSecret}, at any depth, and without the credentials that stand in texts: logins in URLs, secret
 * parameters, `Authorization` values, JWTs, private keys. The value itself when there is nothing to leave out.
 */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return withoutCredentials(value);
  if (Array.isArray(value)) {
    const items = value.map(withoutSecrets);
    return items.every((item, n) => item === value[n]) ? (value as unknown) : items;
  }
  if (!isJsonObject(value)) return value;
  let isChanged = false;
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (isSecret(key, item)) {
      isChanged = true;
      continue;
    }
    const shown = withoutSecrets(item);
    isChanged ||= shown !== item;
    entries.push([key, shown]);
  }
  return isChanged ? Object.fromEntries(entries) : value;
}

function judgementOf(key: string): NameJudgement {
  const known = remembered.get(key);
  if (known) return known;
  const judgement = judge(key);
  if (remembered.size >= REMEMBERED_NAMES) remembered.clear();
  remembered.set(key, judgement);
  return judgement;
}

function judge(key: string): NameJudgement {
  const words = key
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  const phrase = words.join(' ');
  const isAboutSecrets =
    words.some((word) => SECRET_WORDS.has(word) || SECRET_ENDS.test(word)) ||
    SECRET_PHRASES.some((pattern) => pattern.test(phrase));
  if (!isAboutSecrets) return 'open';
  return HARMLESS.test(phrase) ? 'secret unless a number' : 'secret';
}

/** Each is bounded, so that a text takes time in proportion to its length: this runs over whatever clients send. */
const CREDENTIALS: [pattern: RegExp, replacement: string][] = [
  [/([a-z][a-z0-9+.-]{0,30}:\/\/)[^/?#\s]{0,1024}@/gi, '$1'],
  [/\b(bearer|basic)[ \t]{1,3}(?=[\w.~+/-]{0,4096}[\d=+/])[\w.~+/-]{8,4096}=*/gi, '$1'],
  [/\beyJ[\w-]{8,8192}\.[\w-]{8,8192}\.[\w-]{0,8192}/g, ''],
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g, ''],
];
const PARAMETER = /\b([\w-]{1,64})([ \t]?=[ \t]?)('[^']{0,4096}'|"[^"]{0,4096}"|[^\s&;,#'"]{1,4096})/g;

function withoutCredentials(text: string): string {
  return CREDENTIALS.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), text).replace(
    PARAMETER,
    (whole, name: string, equals: string, value: string) => (isSecret(name, value) ? `${name}${equals}` : whole),
  );
}

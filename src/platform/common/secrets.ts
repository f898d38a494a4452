import { isJsonObject } from '../validation/validate';

/** Words in the names of what only its owner should see, however the names are written: `apiKey`, `API_KEY`, `db-password`. */
const SECRET_WORDS = new Set(
  `pass passwd password passwords passphrase passcode pwd pw pin otp totp secret secrets token tokens jwt cred creds credential credentials
   auth authorization authentication oauth bearer cookie cookies session sessions sessionid dsn sas pat pem hmac csrf xsrf mnemonic
   kubeconfig connstring`.split(/\s+/),
);
/** Ends of words that are written together: `accesstoken`, `PGPASSWORD`, `mysecret`, `pgpass` (but not `compass`). */
const SECRET_ENDS =
  /(?:password|passwd|pwd|passphrase|secret|token|apikey|accesskey|authkey|privatekey|privkey|credential|(?:db|pg|sql|user|smtp|ldap|root|admin)pass)s?$/;
/** Beginnings of such words: `passwordhash`, `webhookurl` (but not `passwordless`). */
const SECRET_BEGINNINGS = /^(?:password(?!less)|webhook)/;
/** A key is a secret only if it says what it opens, a URL only if it is where a login is usually written. */
const SECRET_PHRASES = [
  /(?:api|access|private|priv|secret|signing|encryption|client|ssh|ssl|tls|rsa|gpg|pgp|hmac|account|master|shared|service|license|licence|deploy|storage) ?keys?\b/,
  /\b(?:seed|recovery) ?phrases?\b/,
  /\b(?:conn|connection) ?strings?\b/,
  /\b(?:db|database|pg|postgres|postgresql|mysql|mongo|mongodb|redis|amqp|rabbitmq|jdbc|broker) ?(?:url|uri)s?\b/,
];
/** A number or a switch about secrets is none: `max_tokens`, `session_timeout_seconds`, `auth_required`. */
const HARMLESS =
  /\b(?:max|min|count|limit|total|num|per|length|size|ttl|timeout|interval|seconds|budget|tokens used|used tokens|enabled|required)\b/;

/** What may itself be a number is never harmless: `pin_num: 1234`, `password_per_env: 12345678`. */
const MAY_BE_DIGITS = /(?:pass(?:word|wd|code|phrase)?s?|pwd?|pin|otp)\b/;

const NUMBER_OR_SWITCH = /^(?:-?\d{1,15}(?:\.\d{1,15})?|true|false)$/;

/** Names repeat from agent to agent. Longer ones are judged each time: a name may be as large as the metadata. */
const REMEMBERED_NAMES = 10_000;
const LONGEST_REMEMBERED = 64;
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
  return judgement === 'secret' || !isNumberOrSwitch(value);
}

/** A filter's value is text, so that text counts as what it reads as. */
function isNumberOrSwitch(value: unknown): boolean {
  if (typeof value === 'string') return NUMBER_OR_SWITCH.test(value);
  return typeof value === 'number' || typeof value === 'boolean';
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
  if (key.length > LONGEST_REMEMBERED) return judge(key);
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
    .split(/[^a-z\d]+/)
    .map((word) => word.replace(/(?<!\d)\d+$/, '')); // `password1`, `apiKey2`
  const phrase = words.join(' ');
  const isAboutSecrets =
    words.some((word) => SECRET_WORDS.has(word) || SECRET_ENDS.test(word) || SECRET_BEGINNINGS.test(word)) ||
    SECRET_PHRASES.some((pattern) => pattern.test(phrase));
  if (!isAboutSecrets) return 'open';
  return HARMLESS.test(phrase) && !MAY_BE_DIGITS.test(phrase) ? 'secret unless a number' : 'secret';
}

/**
 * Each takes time in proportion to the text's length, because this runs over what clients send: a run of unlimited length begins
 * only where none can begin inside it. No limit cuts a secret in two.
 */
const CREDENTIALS: [pattern: RegExp, replacement: string][] = [
  [/([a-z][a-z0-9+.-]{0,30}:\/\/)[^/?#\s]*@/gi, '$1'],
  [/\b(authorization["']?[ \t]?[:=][ \t]?["']?(?:bearer|basic))[ \t]{1,3}[^\s"']+/gi, '$1'],
  [/^(bearer)[ \t]{1,3}\S+$/i, '$1'],
  // Amid prose, only what looks like none: "the bearer of news", "Basic information".
  [/\b([Bb]earer|BEARER|[Bb]asic|BASIC)[ \t]{1,3}(?=[\w.~+/-]*(?:[\d=+/]|[a-z][A-Z]))[\w.~+/-]{8,}=*/g, '$1'],
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, ''],
  [
    /-----BEGIN [A-Z\d ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----))*(?:-----END [A-Z\d ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?/g,
    '',
  ],
];
const PARAMETER = /\b([\w-]{1,64})[ \t]?=[ \t]?/g;
/** Up to a space, `&`, `;` or the next parameter; quotes hold such things. */
const PARAMETER_VALUE = /(?:'[^']*'|"[^"]*"|[^\s&;,]|,(?![\w-]{1,64}=))+/y;

/** Every pattern and parameter contains one of these. Most texts contain none and are not searched. */
const MAY_HOLD_CREDENTIALS = /[=@]|eyJ|-----BEGIN|bearer|basic|authorization/i;

function withoutCredentials(text: string): string {
  if (!MAY_HOLD_CREDENTIALS.test(text)) return text;
  return withoutParameters(
    CREDENTIALS.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), text),
  );
}

/** Only the values of secret parameters are skipped, so that what follows another one is looked at as well. */
function withoutParameters(text: string): string {
  let left = '';
  let from = 0;
  for (const { 0: parameter, 1: name, index } of text.matchAll(PARAMETER)) {
    const start = index + parameter.length;
    if (index < from || judgementOf(name!) === 'open') continue;
    PARAMETER_VALUE.lastIndex = start;
    const value = PARAMETER_VALUE.exec(text)?.[0] ?? '';
    if (!isSecret(name!, value)) continue;
    left += text.slice(from, start);
    from = start + value.length;
  }
  return from === 0 ? text : left + text.slice(from);
}

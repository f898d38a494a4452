import { isJsonObject } from '../common/validate';

const REDACTED = '[redacted]';
/** Words in the names of things that nobody outside should see, however the names are written: `apiKey`, `API_KEY`, `db-password`. */
const CREDENTIAL_WORDS = new Set(
  `pass passwd password passwords passphrase passcode pwd pin otp secret secrets token tokens jwt credential credentials
   auth authorization authentication bearer cookie cookies session dsn sas`.split(/\s+/),
);
/** Pairs of words: a key is a secret only if it says what it opens. */
const CREDENTIAL_PAIR =
  /(api|access|private|secret|signing|encryption|ssh|account|master|shared|service) ?keys?\b|connection ?string/;
/** Numbers and settings about tokens are none. */
const HARMLESS = /\b(max|min|count|limit|total|num|used|per|type|length|ttl)\b/;

function isCredential(key: string): boolean {
  const words = key
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  const phrase = words.join(' ');
  return CREDENTIAL_PAIR.test(phrase) || (words.some((word) => CREDENTIAL_WORDS.has(word)) && !HARMLESS.test(phrase));
}

/** A copy of a JSON value in which the values under credential-like keys are gone, and user names and passwords in URLs too. */
export function redacted(value: unknown): unknown {
  if (typeof value === 'string') return withoutUserInfo(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, isCredential(key) ? REDACTED : redacted(item)]),
  );
}

function withoutUserInfo(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]{0,30}:\/\/)[^/?#\s]*@/gi, '$1'); // bounded: this runs over whatever clients send
}

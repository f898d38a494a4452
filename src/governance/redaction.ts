import { isJsonObject } from '../common/validate';

const REDACTED = '[redacted]';
/** Names of things that nobody outside should see, however they are written: `apiKey`, `API_KEY`, `db-password`. */
const CREDENTIAL =
  /pass(word|wd|phrase)?$|secret|token|credential|private.?key|api.?key|access.?key|signing.?key|encryption.?key|auth(orization)?$|cookie|bearer|connection.?string|dsn$/i;

/** A copy of a JSON value in which the values under credential-like keys are gone, and user names and passwords in URLs too. */
export function redacted(value: unknown): unknown {
  if (typeof value === 'string') return withoutUserInfo(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, CREDENTIAL.test(key) ? REDACTED : redacted(item)]),
  );
}

function withoutUserInfo(text: string): string {
  return text.replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^/?#\s]*@/, '$1');
}

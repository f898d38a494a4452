import { readFileSync } from 'node:fs';

/** Settings that hold a secret and may be in a file, as mounted secrets are: `DATABASE_URL_FILE` names that of `DATABASE_URL`. */
export const FROM_FILES = ['DATABASE_URL', 'REDIS_URL', 'TRIFECTA_COURT_URL', 'SECRETS_KEY'] as const;
export type FromFile = (typeof FROM_FILES)[number];

/** What a file holds in place of what it should. The message names the setting and never the content. */
export class SecretFileError extends Error {
  override readonly name = 'SecretFileError';
}

/**
 * The content of a secret's file, without the line break that editors put at its end.
 * @throws SecretFileError for a file that cannot be read, is empty or has several lines
 */
export function readSecretFile(setting: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SecretFileError(`${setting} names a file that cannot be read: ${path} (${code})`, { cause: error });
  }
  if (text === '') throw new SecretFileError(`${setting} names a file that is empty: ${path}`);
  if (/[\r\n]/.test(text)) throw new SecretFileError(`${setting} names a file of several lines: ${path}`);
  return text;
}

/**
 * The setting as its file has it now: secrets are rotated while the service runs. What cannot be used (a file that is being replaced, another
 * kind of URL) leaves that of the start; the connection made with it fails and says why.
 */
export function currentSecret(
  configuration: Partial<Record<FromFile | `${FromFile}_FILE`, string>>,
  name: FromFile,
): string | undefined {
  const { [name]: atStart, [`${name}_FILE` as const]: path } = configuration;
  if (atStart === undefined || path === undefined) return atStart;
  try {
    const text = readSecretFile(name, path);
    return URL.canParse(text) && schemeOf(text) === schemeOf(atStart) ? text : atStart;
  } catch {
    return atStart;
  }
}

/** PostgreSQL has two names for its own. */
function schemeOf(url: string): string {
  return new URL(url).protocol.replace('postgresql:', 'postgres:');
}

import { readFileSync } from 'node:fs';
import { isJsonObject } from '../validation/validate';
import { ConfigurationError, type Configuration } from '../config/configuration';
import { isClientName, SCOPES, type Scope } from './principal';

/** A token of the configuration. */
export interface StaticToken {
  name: string;
  /** SHA-256 of the token. */
  digest: Buffer;
  scopes: readonly Scope[];
}

type Settings = Pick<Configuration, 'AUTH_TOKENS' | 'AUTH_TOKENS_FILE'>;

/**
 * The tokens of `AUTH_TOKENS_FILE` and `AUTH_TOKENS` together.
 * @throws ConfigurationError naming every problem by its place; what stands there is never repeated
 */
export function readTokens({ AUTH_TOKENS_FILE, AUTH_TOKENS }: Settings): StaticToken[] {
  const problems: string[] = [];
  const tokens: StaticToken[] = [];
  if (AUTH_TOKENS_FILE !== undefined) {
    const text = contentOf(AUTH_TOKENS_FILE, problems);
    if (text !== undefined) collect('AUTH_TOKENS_FILE', text, tokens, problems);
  }
  if (AUTH_TOKENS !== undefined) collect('AUTH_TOKENS', AUTH_TOKENS, tokens, problems);
  if (tokens.length === 0 && problems.length === 0) {
    problems.push('AUTH_TOKENS_FILE and AUTH_TOKENS hold no token; AUTH_MODE=token needs one');
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return tokens;
}

function contentOf(path: string, problems: string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    problems.push(`AUTH_TOKENS_FILE cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`);
    return undefined;
  }
}

/** Not the parser's own message: it quotes the text. */
function collect(source: string, text: string, tokens: StaticToken[], problems: string[]): void {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    list = undefined;
  }
  if (!Array.isArray(list)) {
    problems.push(`${source} must be a JSON array of { "name", "sha256", "scopes" }`);
    return;
  }
  list.forEach((item: unknown, index) => {
    const place = `${source}[${index}]`;
    const found = problemsOf(item);
    problems.push(...found.map((problem) => `${place}${problem}`));
    if (found.length > 0) return;
    const { name, sha256, scopes } = item as { name: string; sha256: string; scopes: Scope[] };
    const digest = Buffer.from(sha256, 'hex');
    if (tokens.some((token) => token.name === name)) problems.push(`${place}.name is there twice`);
    else if (tokens.some((token) => token.digest.equals(digest))) problems.push(`${place}.sha256 is there twice`);
    else tokens.push({ name, digest, scopes });
  });
}

const FIELDS = new Set(['name', 'sha256', 'scopes']);

function problemsOf(item: unknown): string[] {
  if (!isJsonObject(item)) return [' must be an object'];
  const { name, sha256, scopes } = item;
  const problems: string[] = [];
  if (!isClientName(name)) problems.push('.name must be a string of 1 to 255 printable characters');
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/i.test(sha256))
    problems.push('.sha256 must be the SHA-256 of the token: 64 hexadecimal digits');
  if (!isScopes(scopes)) problems.push(`.scopes must be an array of one or more of ${SCOPES.join(', ')}`);
  if (Object.keys(item).some((key) => !FIELDS.has(key))) problems.push(' has a field other than name, sha256, scopes');
  return problems;
}

function isScopes(scopes: unknown): boolean {
  const isScope = (scope: unknown): boolean => (SCOPES as readonly unknown[]).includes(scope);
  return Array.isArray(scopes) && scopes.length > 0 && scopes.every(isScope);
}

import { readFileSync } from 'node:fs';
import { isJsonObject } from '../../validation/validate';
import { ConfigurationError, type Configuration } from '../../config/configuration';
import type { CheckWhere } from '../agent-scope';
import { isClientName, SCOPES, type Scope } from '../principal';
import { digestProblems, digestsOf, validityProblems, type DigestsOf } from './token-digests';
import type { Validity } from './validity';

/** One digest of an entry of the list: a token that its client may have. */
export interface StaticToken extends Validity {
  /** That of the entry: all tokens of an entry stand for one client. */
  name: string;
  /** SHA-256 of the token. */
  digest: Buffer;
  scopes: readonly Scope[];
  /** The expression that holds for the agents that they are for; undefined: they are for all. */
  where?: string;
}

/** An entry that has been found to be one. */
interface Entry extends DigestsOf {
  name: string;
  scopes: Scope[];
  where?: string;
}

type Settings = Pick<Configuration, 'AUTH_TOKENS' | 'AUTH_TOKENS_FILE'>;

/**
 * The tokens of `AUTH_TOKENS_FILE` and `AUTH_TOKENS` together.
 * @throws ConfigurationError naming every problem by its place; what stands there is never repeated
 */
export function readTokens({ AUTH_TOKENS_FILE, AUTH_TOKENS }: Settings, checkWhere: CheckWhere): StaticToken[] {
  const problems: string[] = [];
  const tokens: StaticToken[] = [];
  if (AUTH_TOKENS_FILE !== undefined) {
    const text = contentOf(AUTH_TOKENS_FILE, problems);
    if (text !== undefined) collect('AUTH_TOKENS_FILE', text, tokens, problems, checkWhere);
  }
  if (AUTH_TOKENS !== undefined) collect('AUTH_TOKENS', AUTH_TOKENS, tokens, problems, checkWhere);
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
function collect(
  source: string,
  text: string,
  tokens: StaticToken[],
  problems: string[],
  checkWhere: CheckWhere,
): void {
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
    const found = problemsOf(item, checkWhere);
    problems.push(...found.map((problem) => `${place}${problem}`));
    if (found.length > 0) return;
    const entry = item as Entry;
    const clash = clashOf(entry, tokens);
    if (clash) problems.push(`${place}${clash}`);
    else tokens.push(...tokensOf(entry));
  });
}

function tokensOf(entry: Entry): StaticToken[] {
  const { name, scopes, where } = entry;
  return digestsOf(entry).map((digest) => ({ name, scopes, ...(where !== undefined && { where }), ...digest }));
}

/** What an entry has in common with those before it, and must not. */
function clashOf(entry: Entry, tokens: readonly StaticToken[]): string | undefined {
  if (tokens.some(({ name }) => name === entry.name))
    return '.name is there twice: several tokens of one client are one entry with several digests in its sha256';
  const known = new Set(tokens.map(({ digest }) => digest.toString('hex')));
  const isKnown = digestsOf(entry).some(({ digest }) => known.has(digest.toString('hex')));
  return isKnown ? '.sha256 is there twice' : undefined;
}

const FIELDS = ['name', 'sha256', 'scopes', 'where', 'not_before', 'expires_at'];

function problemsOf(item: unknown, checkWhere: CheckWhere): string[] {
  if (!isJsonObject(item)) return [' must be an object'];
  const { name, sha256, scopes, where } = item;
  const problems: string[] = [];
  if (!isClientName(name)) problems.push('.name must be a string of 1 to 255 printable characters');
  problems.push(...validityProblems(item), ...digestProblems(sha256).map((problem) => `.sha256${problem}`));
  if (!isScopes(scopes)) problems.push(`.scopes must be an array of one or more of ${SCOPES.join(', ')}`);
  if (where !== undefined) problems.push(...whereProblems(where, scopes, checkWhere));
  if (Object.keys(item).some((key) => !FIELDS.includes(key)))
    problems.push(` has a field other than ${FIELDS.join(', ')}`);
  return problems;
}

function whereProblems(where: unknown, scopes: unknown, checkWhere: CheckWhere): string[] {
  if (typeof where !== 'string') return ['.where must be an expression as a string'];
  if (isScopes(scopes) && scopes.includes('admin')) return ['.where cannot restrict a token with the scope admin'];
  const problem = checkWhere(where);
  return problem === undefined ? [] : [`.${problem.startsWith('where') ? problem : `where: ${problem}`}`];
}

function isScopes(scopes: unknown): scopes is Scope[] {
  const isScope = (scope: unknown): boolean => (SCOPES as readonly unknown[]).includes(scope);
  return Array.isArray(scopes) && scopes.length > 0 && scopes.every(isScope);
}

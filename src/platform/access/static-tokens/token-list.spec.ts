import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../../config/configuration';
import { digestOf } from '../bearer-token';
import { readTokens } from './token-list';

const sha256 = (token: string): string => digestOf(token).toString('hex');
const ci = { name: 'ci', sha256: sha256('one'), scopes: ['read', 'agent'] };
const checkWhere = (where: string): string | undefined => (where === 'bad' ? 'where is bad' : undefined);
const ALWAYS = { notBefore: -Infinity, expiresAt: Infinity };
const ops = { name: 'ops', sha256: sha256('two'), scopes: ['admin'] };

function problemsIn(settings: Parameters<typeof readTokens>[0]): string[] {
  try {
    readTokens(settings, checkWhere);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe('readTokens', () => {
  let folder: string;
  let file: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tokens-'));
    file = join(folder, 'tokens.json');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads file and variable together', () => {
    writeFileSync(file, JSON.stringify([ci]));
    expect(readTokens({ AUTH_TOKENS_FILE: file, AUTH_TOKENS: JSON.stringify([ops]) }, checkWhere)).toEqual([
      { name: 'ci', digest: digestOf('one'), scopes: ['read', 'agent'], ...ALWAYS },
      { name: 'ops', digest: digestOf('two'), scopes: ['admin'], ...ALWAYS },
    ]);
  });

  it('takes digests in capitals', () => {
    const [token] = readTokens(
      { AUTH_TOKENS: JSON.stringify([{ ...ci, sha256: ci.sha256.toUpperCase() }]) },
      checkWhere,
    );
    expect(token!.digest).toEqual(digestOf('one'));
  });

  it('takes an expression for the agents that the tokens are for', () => {
    const [token] = readTokens({ AUTH_TOKENS: JSON.stringify([{ ...ci, where: 'agent.type == "a"' }]) }, checkWhere);
    expect(token!.where).toBe('agent.type == "a"');
  });

  it('takes several digests, with the dates of the entry or their own', () => {
    const [spring, summer] = ['2027-03-01T00:00:00Z', '2027-06-01T02:00:00.5+02:00'];
    const sha256s = [
      sha256('one'),
      { sha256: sha256('two'), not_before: spring },
      { sha256: sha256('three'), expires_at: spring },
    ];
    const tokens = readTokens(
      { AUTH_TOKENS: JSON.stringify([{ ...ci, sha256: sha256s, expires_at: summer }]) },
      checkWhere,
    );
    const [springTime, summerTime] = [Date.UTC(2027, 2, 1), Date.UTC(2027, 5, 1) + 500];
    expect(tokens).toEqual(
      [
        { digest: digestOf('one'), notBefore: -Infinity, expiresAt: summerTime },
        { digest: digestOf('two'), notBefore: springTime, expiresAt: summerTime },
        { digest: digestOf('three'), notBefore: -Infinity, expiresAt: springTime },
      ].map((token) => ({ name: 'ci', scopes: ci.scopes, ...token })),
    );
  });

  const NOT_A_LIST = 'AUTH_TOKENS must be a JSON array of { "name", "sha256", "scopes" }';
  const NAME = '.name must be a string of 1 to 255 printable characters';
  const SHA256 = '.sha256 must be the SHA-256 of the token: 64 hexadecimal digits';
  const SCOPES = '.scopes must be an array of one or more of read, agent, operate, admin';
  const FIELD = ' has a field other than name, sha256, scopes, where, not_before, expires_at';
  const DIGEST_FIELD = ' has a field other than sha256, not_before, expires_at';
  const TIME = ' must be a time in RFC 3339, such as 2027-01-31T00:00:00Z';
  const NAME_TWICE =
    '.name is there twice: several tokens of one client are one entry with several digests in its sha256';
  it.each([
    ['a secret word', [NOT_A_LIST]],
    ['{"name":"ci"}', [NOT_A_LIST]],
    ['[]', ['AUTH_TOKENS_FILE and AUTH_TOKENS hold no token; AUTH_MODE=token needs one']],
    [[null, 'x', []], [0, 1, 2].map((index) => `AUTH_TOKENS[${index}] must be an object`)],
    [[{}], [NAME, SHA256, SCOPES].map((problem) => `AUTH_TOKENS[0]${problem}`)],
    [[ops, { ...ci, name: '' }], [`AUTH_TOKENS[1]${NAME}`]],
    [[{ ...ci, name: 'a\0b' }], [`AUTH_TOKENS[0]${NAME}`]],
    [[{ ...ci, name: 'n'.repeat(256) }], [`AUTH_TOKENS[0]${NAME}`]],
    [[{ ...ci, sha256: 'one' }], [`AUTH_TOKENS[0]${SHA256}`]],
    [[{ ...ci, sha256: `${ci.sha256}00` }], [`AUTH_TOKENS[0]${SHA256}`]],
    [[{ ...ci, scopes: [] }], [`AUTH_TOKENS[0]${SCOPES}`]],
    [[{ ...ci, scopes: ['read', 'write'] }], [`AUTH_TOKENS[0]${SCOPES}`]],
    [[{ ...ci, scopes: 'read' }], [`AUTH_TOKENS[0]${SCOPES}`]],
    [[{ ...ci, token: 'one' }], [`AUTH_TOKENS[0]${FIELD}`]],
    [[ci, { ...ops, name: 'ci' }], [`AUTH_TOKENS[1]${NAME_TWICE}`]],
    [[{ ...ci, sha256: [] }], ['AUTH_TOKENS[0].sha256 must hold at least one digest']],
    [[{ ...ci, sha256: [ci.sha256, 'one'] }], [`AUTH_TOKENS[0].sha256[1]${SHA256.slice(7)}`]],
    [[{ ...ci, sha256: [[ci.sha256]] }], [`AUTH_TOKENS[0].sha256[0]${SHA256.slice(7)}`]],
    [[{ ...ci, sha256: [{ sha256: 1 }] }], [`AUTH_TOKENS[0].sha256[0]${SHA256}`]],
    [[{ ...ci, sha256: [{ ...ops }] }], [`AUTH_TOKENS[0].sha256[0]${DIGEST_FIELD}`]],
    [[{ ...ci, sha256: [ci.sha256, { sha256: ci.sha256 }] }], ['AUTH_TOKENS[0].sha256 holds one digest twice']],
    [[ci, { ...ops, sha256: [ops.sha256, ci.sha256] }], ['AUTH_TOKENS[1].sha256 is there twice']],
    [[{ ...ci, expires_at: '2027-02-30T00:00:00Z' }], [`AUTH_TOKENS[0].expires_at${TIME}`]],
    [[{ ...ci, not_before: 1_800_000_000 }], [`AUTH_TOKENS[0].not_before${TIME}`]],
    [
      [{ ...ci, sha256: [{ sha256: ci.sha256, expires_at: '2027-01-01' }] }],
      [`AUTH_TOKENS[0].sha256[0].expires_at${TIME}`],
    ],
    [
      [{ ...ci, not_before: '2027-01-01T00:00:00Z', expires_at: '2027-01-01T00:00:00Z' }],
      ['AUTH_TOKENS[0].not_before must be earlier than expires_at'],
    ],
    [[{ ...ci, where: 5 }], ['AUTH_TOKENS[0].where must be an expression as a string']],
    [[{ ...ci, where: 'bad' }], ['AUTH_TOKENS[0].where is bad']],
    [[{ ...ops, where: 'true' }], ['AUTH_TOKENS[0].where cannot restrict a token with the scope admin']],
    [[ci, { ...ops, sha256: ci.sha256 }], ['AUTH_TOKENS[1].sha256 is there twice']],
  ])('refuses %j', (list, problems) => {
    const text = typeof list === 'string' ? list : JSON.stringify(list);
    expect(problemsIn({ AUTH_TOKENS: text })).toEqual(problems);
  });

  it('names the problems of both places, and those between them', () => {
    writeFileSync(file, JSON.stringify([ci, { ...ops, scopes: ['root'] }]));
    expect(problemsIn({ AUTH_TOKENS_FILE: file, AUTH_TOKENS: JSON.stringify([{ ...ops, name: 'ci' }]) })).toEqual([
      `AUTH_TOKENS_FILE[1]${SCOPES}`,
      `AUTH_TOKENS[0]${NAME_TWICE}`,
    ]);
    expect(problemsIn({ AUTH_TOKENS_FILE: join(folder, 'nowhere') })).toEqual([
      'AUTH_TOKENS_FILE cannot be read: ENOENT',
    ]);
  });

  it('never repeats what stands there', () => {
    const secrets = ['hunter2-token', 'hunter2-name\0', 'hunter2-scope', 'hunter2-field'];
    const [token, name, scope, field] = secrets;
    const told = problemsIn({ AUTH_TOKENS: JSON.stringify([{ name, sha256: token, scopes: [scope], [field!]: 1 }]) });
    const garbled = problemsIn({ AUTH_TOKENS: `[{"sha256": hunter2` });
    expect([told.length, garbled.length]).toEqual([4, 1]);
    expect(JSON.stringify([told, garbled])).not.toContain('hunter2');
  });
});

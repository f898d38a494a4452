import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, type Configuration } from './configuration';
import { loadConfiguration } from './load-configuration';
import { currentSecret, FROM_FILES } from './secret-files';

const VALUES = {
  DATABASE_URL: 'postgres://user:hunter2@db/registry',
  REDIS_URL: 'rediss://:hunter2@cache',
  TRIFECTA_COURT_URL: 'https://judge:hunter2@court',
  SECRETS_KEY: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
};

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'agent-registry-secrets-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function file(text: string, name = 'secret'): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

function problemsOf(environment: Record<string, string>): string[] {
  try {
    loadConfiguration(environment);
    return [];
  } catch (error) {
    return (error as ConfigurationError).problems;
  }
}

describe.each(FROM_FILES)('%s_FILE', (name) => {
  const variable = `${name}_FILE`;

  it.each(['', '\n', '\r\n', '  \n'])('is read at the start, without what is around it (%j)', (end) => {
    expect(loadConfiguration({ [variable]: file(VALUES[name] + end) })[name]).toBe(VALUES[name]);
  });

  it('is refused beside the setting itself', () => {
    expect(problemsOf({ [name]: VALUES[name], [variable]: file(VALUES[name]) })).toEqual([
      `${variable} must not be set beside ${name}: they say the same`,
    ]);
  });

  it('is refused when the file is not there, cannot be read, is empty or is something else, without what is in it', () => {
    const folder = join(directory, 'folder');
    mkdirSync(folder, { recursive: true });
    const missing = join(directory, 'missing');
    expect(problemsOf({ [variable]: missing })).toEqual([
      `${variable} names a file that cannot be read: ${missing} (ENOENT)`,
    ]);
    expect(problemsOf({ [variable]: folder })).toEqual([
      `${variable} names a file that cannot be read: ${folder} (EISDIR)`,
    ]);
    for (const text of ['', ' \n\n'])
      expect(problemsOf({ [variable]: file(text) })).toEqual([`${variable} names a file that is empty: ${file(text)}`]);
    const twice = file(`${VALUES[name]}\n${VALUES[name]}`);
    expect(problemsOf({ [variable]: twice })).toEqual([`${variable} names a file of several lines: ${twice}`]);
    const [wrong] = problemsOf({ [variable]: file('hunter2') });
    expect(wrong).toMatch(new RegExp(`^${name} must be (?:a URL like|32 bytes in base64)`));
    expect(wrong).not.toContain('hunter2');
  });

  it('is told of once, together with other problems', () => {
    const environment = { [variable]: join(directory, 'missing'), SERVER_PORT: 'x', NODE_ENV: 'production' };
    const about = problemsOf(environment).filter((problem) => problem.startsWith(name));
    expect(about).toHaveLength(1);
    expect(problemsOf(environment).join()).toContain('SERVER_PORT');
  });
});

describe('currentSecret', () => {
  const settings = (): Configuration => loadConfiguration({ DATABASE_URL_FILE: file(VALUES.DATABASE_URL, 'current') });

  it('is what the file holds now', () => {
    const configuration = settings();
    file('postgres://other:x@db/registry\n', 'current');
    expect(currentSecret(configuration, 'DATABASE_URL')).toBe('postgres://other:x@db/registry');
    file('postgresql://other:y@db/registry', 'current');
    expect(currentSecret(configuration, 'DATABASE_URL')).toBe('postgresql://other:y@db/registry');
  });

  it.each(['', 'nonsense', 'mysql://db', 'a\nb'])('is that of the start when the file holds %j', (text) => {
    const configuration = settings();
    file(text, 'current');
    expect(currentSecret(configuration, 'DATABASE_URL')).toBe(VALUES.DATABASE_URL);
  });

  it('is that of the start when the file is gone, or there is none', () => {
    const configuration = settings();
    rmSync(join(directory, 'current'));
    expect(currentSecret(configuration, 'DATABASE_URL')).toBe(VALUES.DATABASE_URL);
    expect(currentSecret(loadConfiguration(VALUES), 'REDIS_URL')).toBe(VALUES.REDIS_URL);
    expect(currentSecret(loadConfiguration({}), 'REDIS_URL')).toBeUndefined();
  });
});

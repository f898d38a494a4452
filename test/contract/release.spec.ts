import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '../..');
/** Each with the lines that name the version, as `$`. */
const VERSIONED: Record<string, RegExp> = {
  'package.json': /^ {2}"version": "(.+)"/m,
  'packages/client/package.json': /^ {2}"version": "(.+)"/m,
  'openapi.json': /^ {4}"version": "(.+)"/m,
  Dockerfile: /^ARG VERSION=(.+)$/m,
  'clients/rust/Cargo.toml': /^version = "(.+)"$/m,
  'deploy/kubernetes/overlays/production/kustomization.yaml': /newTag: (.+)$/m,
  'docs/deployment.md': /--tag agent-registry:(\S+)/,
};
const FILES = [
  ...Object.keys(VERSIONED),
  'package-lock.json',
  'CHANGELOG.md',
  'api/released.json',
  'api/accepted-breaks.json',
];
const CHANGELOG = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Something new.\n';

const versionsIn = (root: string): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(VERSIONED).map(([file, pattern]) => [
      file,
      pattern.exec(readFileSync(join(root, file), 'utf8'))?.[1],
    ]),
  );
const allOf = (version: string): Record<string, string> =>
  Object.fromEntries(Object.keys(VERSIONED).map((file) => [file, version]));

it('The version of package.json is that of everything which is released with it', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(versionsIn(ROOT)).toEqual(allOf(version));
});

describe('A release', () => {
  let tree: string;
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: tree,
      encoding: 'utf8',
    });
  const write = (file: string, text: string): void => writeFileSync(join(tree, file), text);
  const read = (file: string): string => readFileSync(join(tree, file), 'utf8');
  const release = (version: string): { status: number | null; stderr: string } => {
    const program = [join(ROOT, 'scripts/release.mjs'), version, '--root', tree, '--date', '2027-01-31'];
    return spawnSync(process.execPath, program, { encoding: 'utf8' });
  };

  beforeEach(() => {
    tree = mkdtempSync(join(tmpdir(), 'agent-registry-release-'));
    for (const file of FILES) {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      cpSync(join(ROOT, file), join(tree, file));
    }
    write('CHANGELOG.md', CHANGELOG);
    write('api/accepted-breaks.json', '[]\n');
    const { version } = JSON.parse(read('package.json')) as { version: string };
    // Whatever the version of the repository is, the tests are of one.
    for (const file of [...Object.keys(VERSIONED), 'package-lock.json'])
      write(file, read(file).replaceAll(version, '0.1.0'));
    git('init', '--quiet');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'as it was', '--no-verify');
  });
  afterEach(() => rmSync(tree, { recursive: true, force: true }));

  it('has its version everywhere, its part of the changelog, and its document as the one that later ones keep', () => {
    write('openapi.json', read('openapi.json').replace('"openapi": "3', '"x-new": true,\n  "openapi": "3'));
    git('commit', '--quiet', '--all', '--message', 'a new document', '--no-verify');
    expect(release('0.1.1')).toMatchObject({ status: 0, stderr: '' });
    expect(versionsIn(tree)).toEqual(allOf('0.1.1'));
    const lockfile = JSON.parse(read('package-lock.json')) as {
      version: string;
      packages: Record<string, { version: string }>;
    };
    expect([lockfile.version, lockfile.packages['']!.version, lockfile.packages['packages/client']!.version]).toEqual([
      '0.1.1',
      '0.1.1',
      '0.1.1',
    ]);
    expect(read('CHANGELOG.md')).toBe(
      CHANGELOG.replace('## [Unreleased]\n', '## [Unreleased]\n\n## [0.1.1] - 2027-01-31\n'),
    );
    expect(JSON.parse(read('api/released.json'))).toMatchObject({ 'x-new': true, info: { version: '0.1.1' } });
  });

  it('with accepted breaks takes a greater version, and ends the list of them', () => {
    write('api/accepted-breaks.json', '[{ "break": "GET /x: is gone", "why": "unused" }]\n');
    git('commit', '--quiet', '--all', '--message', 'a break', '--no-verify');
    expect(release('0.1.1')).toMatchObject({ status: 1, stderr: expect.stringContaining('need a greater version') });
    expect(release('0.2.0')).toMatchObject({ status: 0 });
    expect(read('api/accepted-breaks.json')).toBe('[]\n');
  });

  it.each([
    ['1.0', 'Name the version'],
    ['0.1.0', '0.1.0 does not follow 0.1.0'],
    ['0.0.9', '0.0.9 does not follow 0.1.0'],
  ])('is refused as %s, and nothing is changed', (version, reason) => {
    expect(release(version)).toMatchObject({ status: 1, stderr: expect.stringContaining(reason) });
    expect(git('status', '--porcelain')).toBe('');
  });

  it('is refused while there are changes that are not committed, or none that are told', () => {
    write('CHANGELOG.md', '# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-12-01\n\n- Old.\n');
    expect(release('0.2.0')).toMatchObject({ status: 1, stderr: expect.stringContaining('has changes') });
    git('commit', '--quiet', '--all', '--message', 'nothing new', '--no-verify');
    expect(release('0.2.0')).toMatchObject({ status: 1, stderr: expect.stringContaining('says nothing') });
  });
});

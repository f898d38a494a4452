// npm run release -- VERSION: makes of the tree the one that is released under this version: the version everywhere, the changelog, and the
// document of the HTTP contract that later ones must keep. Commits nothing. CONTRIBUTING.md, "Releases", has what comes before and after.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
    date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
  },
});
const { root, date } = values;
const [version] = positionals;
const before = readJson('package.json').version;

/** Where the version of package.json stands besides; a test holds them together. `$` is the version. */
const PLACES = [
  ['Dockerfile', 'ARG VERSION=$'],
  ['clients/rust/Cargo.toml', '\nversion = "$"'],
  ['deploy/kubernetes/overlays/production/kustomization.yaml', 'newTag: $'],
  ['docs/deployment.md', 'agent-registry:$'],
];

const refusal = refusalOf(version);
if (refusal) {
  console.error(refusal);
  process.exit(1);
}
for (const [file, pattern] of PLACES) replaceAll(file, pattern.replace('$', before), pattern.replace('$', version));
for (const file of ['package.json', 'packages/client/package.json', 'openapi.json']) {
  replaceAll(file, `"version": "${before}"`, `"version": "${version}"`);
}
const lockfile = readJson('package-lock.json');
lockfile.version = version;
for (const path of ['', 'packages/client']) lockfile.packages[path].version = version;
write('package-lock.json', `${JSON.stringify(lockfile, null, 2)}\n`);
replaceAll('CHANGELOG.md', '## [Unreleased]\n', `## [Unreleased]\n\n## [${version}] - ${date}\n`);
write('api/released.json', read('openapi.json'));
write('api/accepted-breaks.json', '[]\n');
console.log(`The tree is that of ${version}. Look at it, then:
  npm run check && npm test
  git commit --all --message 'release: ${version}' && git tag --annotate v${version} --message ${version}
  npm run sbom > agent-registry-${version}.cdx.json`);

function refusalOf(wanted) {
  if (!/^\d+\.\d+\.\d+$/.test(wanted ?? '')) return 'Name the version: npm run release -- 1.2.3';
  if (compare(wanted, before) <= 0) return `${wanted} does not follow ${before}`;
  if (git('status', '--porcelain') !== '') return 'Commit or stash first: the tree has changes';
  const unreleased = read('CHANGELOG.md')
    .split(/^## \[/m)
    .find((section) => section.startsWith('Unreleased]'));
  if (!unreleased?.includes('\n- ')) return 'CHANGELOG.md says nothing under [Unreleased]';
  const breaks = readJson('api/accepted-breaks.json').length;
  if (breaks > 0 && !mayBreak(wanted))
    return `${breaks} accepted breaks of the HTTP contract need a greater version than ${wanted}`;
  return undefined;
}

/** Clients are promised that nothing breaks under one major version, or one minor version of 0.x. */
function mayBreak(wanted) {
  const [[major, minor], [oldMajor, oldMinor]] = [wanted, before].map((each) => each.split('.').map(Number));
  return major > oldMajor || (major === 0 && minor > oldMinor);
}

function compare(one, other) {
  const [a, b] = [one, other].map((each) => each.split('.').map(Number));
  const index = a.findIndex((part, place) => part !== b[place]);
  return index < 0 ? 0 : a[index] - b[index];
}

function replaceAll(file, from, to) {
  const text = read(file);
  if (!text.includes(from)) throw new Error(`${file} does not contain ${JSON.stringify(from)}`);
  write(file, text.replaceAll(from, to));
}

function git(...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}

function read(file) {
  return readFileSync(`${root}/${file}`, 'utf8');
}

function readJson(file) {
  return JSON.parse(read(file));
}

function write(file, text) {
  writeFileSync(`${root}/${file}`, text);
}

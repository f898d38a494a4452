// npm run sbom: the packages of the image as a CycloneDX document, on standard output. Those of its operating system are in the SBOM of the
// base image.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { imagePackages } from './lib/image-packages.mjs';
import { ensureInstalled } from './lib/prepare.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

await ensureInstalled();
const { status, stdout, stderr } = spawnSync('npm', ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application'], {
  cwd: ROOT,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
  shell: process.platform === 'win32',
});
if (status !== 0) {
  console.error(stderr);
  process.exit(1);
}
const document = JSON.parse(stdout);
const lock = readJson('package-lock.json');
// `npm sbom --omit=dev` leaves out what development needs as well, express for one.
const inImage = new Set(imagePackages(lock).map((path) => keyOf(path, lock.packages[path])));
document.metadata.component.name = lock.name; // npm takes the name of the folder
document.components = document.components.filter(({ 'bom-ref': key }) => inImage.has(key));
for (const { properties } of document.components) removeMark(properties);
const references = new Set([document.metadata.component, ...document.components].map((each) => each['bom-ref']));
document.dependencies = document.dependencies
  .filter(({ ref }) => references.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => references.has(each)) }));
process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);

function keyOf(path, { version }) {
  return `${path.split('node_modules/').at(-1)}@${version}`;
}

function removeMark(properties) {
  const index = properties.findIndex((each) => each.name === 'cdx:npm:package:development');
  if (index >= 0) properties.splice(index, 1);
}

function readJson(file) {
  return JSON.parse(readFileSync(`${ROOT}/${file}`, 'utf8'));
}

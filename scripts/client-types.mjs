// npm run client-types: writes the types of the TypeScript client from openapi.json. With --check it only says whether the
// committed ones are still true.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { ensureInstalled } from './lib/prepare.mjs';

const DOCUMENT = new URL('../openapi.json', import.meta.url);
const FILE = new URL('../packages/client/src/openapi.ts', import.meta.url);
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

await ensureInstalled();
const document = JSON.parse(readFileSync(DOCUMENT, 'utf8'));
// Several tags have an operation of the same name; without names, each operation stands at its path.
for (const path of Object.values(document.paths)) for (const method of METHODS) delete path[method]?.operationId;
const types = await openapiTS(document, { defaultNonNullable: false, alphabetize: true });
const current = `// Generated from openapi.json by \`npm run client-types\`.\n${astToString(types)}`;

if (!process.argv.includes('--check')) writeFileSync(FILE, current);
else if (readFileSync(FILE, 'utf8') !== current) {
  console.error('packages/client/src/openapi.ts is stale: run npm run client-types and commit it.');
  process.exitCode = 1;
}

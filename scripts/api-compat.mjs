// npm run check -- compat: does openapi.json still keep what the last release promised (api/released.json)? A deliberate break stands in
// api/accepted-breaks.json with its reason until the release that makes it.
import { readFileSync } from 'node:fs';
import { breaksBetween } from './lib/api-breaks.mjs';

const read = (path) => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'));

const breaks = breaksBetween(read('api/released.json'), read('openapi.json'));
const accepted = read('api/accepted-breaks.json').map((entry) => entry.break);
const open = breaks.filter((each) => !accepted.includes(each));
const stale = accepted.filter((each) => !breaks.includes(each));

if (open.length > 0) {
  console.error(`These break clients of the last release:\n${open.map((each) => `  ${each}`).join('\n')}`);
  console.error('Keep what was there, or accept the break: CONTRIBUTING.md, "Changes of the HTTP contract".');
}
if (stale.length > 0)
  console.error(`Accepted in api/accepted-breaks.json, but not there:\n${stale.map((each) => `  ${each}`).join('\n')}`);
process.exitCode = open.length + stale.length > 0 ? 1 : 0;

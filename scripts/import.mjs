// npm run import -- <arguments>: the importer, built first if need be. Its own output is all that stdout gets.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureBuilt, ensureInstalled } from './lib/prepare.mjs';

const PROGRAM = fileURLToPath(new URL('../dist/import/import.main.js', import.meta.url));

try {
  await ensureInstalled();
  await ensureBuilt({ quiet: true });
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

process.argv.splice(1, 1, PROGRAM);
await import(pathToFileURL(PROGRAM).href);

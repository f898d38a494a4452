// npm run backup -- FILE, npm run restore -- FILE: the command, built first if need be.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureBuilt, ensureInstalled } from './lib/prepare.mjs';

const PROGRAM = fileURLToPath(new URL('../dist/backup/backup.main.js', import.meta.url));

try {
  await ensureInstalled();
  await ensureBuilt({ quiet: true });
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

process.argv.splice(1, 1, PROGRAM);
await import(pathToFileURL(PROGRAM).href);

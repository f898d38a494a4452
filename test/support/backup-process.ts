import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { capture } from './captured-output';

const ROOT = join(__dirname, '../..');

/** How a backup or a restore ended, and what it printed. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** `npm run backup` or `npm run restore` as a process of its own, on the database that `env` names. */
export function startBackup(
  args: ['backup' | 'restore', ...string[]],
  env: { DATA_DIR: string } | { DATABASE_URL: string },
  { byNpm = false } = {},
): { child: ChildProcess; outcome: Promise<Outcome> } {
  const [command, ...rest] = args;
  const [program, ...line] = byNpm
    ? ['npm', 'run', '--silent', command, '--', ...rest]
    : [process.execPath, 'dist/backup/backup.main.js', ...args];
  const { PATH, HOME } = process.env;
  const child = spawn(program, line, { cwd: ROOT, env: { PATH, HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const outcome = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr, [code]]) => {
      capture(`${command} ended by ${code}: ${stdout}${stderr}`);
      return { code: code as number | null, stdout, stderr };
    },
  );
  return { child, outcome };
}

/** The same, to its end. */
export function runBackup(...given: Parameters<typeof startBackup>): Promise<Outcome> {
  return startBackup(...given).outcome;
}

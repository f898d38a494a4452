#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { isatty } from 'node:tty';
import { EXIT } from './exit-codes.js';
import { runProgram } from './program.js';

const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort(signal));

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok); // `| head` has seen enough
  process.stderr.write(`agent-registry: the output could not be written: ${error.message}\n`);
  process.exit(EXIT.refused);
});
// Nobody is left to be told anything: that is no reason to stop.
process.stderr.on('error', () => undefined);

const { version } = JSON.parse(readFileSync(join(__dirname, '../../../package.json'), 'utf8')) as { version: string };

async function main(): Promise<void> {
  process.exitCode = await runProgram(process.argv.slice(2), {
    // Opened only by whoever reads it, and a stop ends the reading.
    get stdin() {
      return addAbortSignal(controller.signal, process.stdin);
    },
    isInteractive: isatty(0),
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    interruption: controller.signal,
    version,
  });
}

void main();

// npm start: installs and builds what is missing or stale, then is the service. With --watch it starts over on every change.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureBuilt, ensureInstalled, forgetBuild } from './lib/prepare.mjs';

const PARENT_CHECK_MS = 250;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const given = process.argv.slice(2).filter((argument) => argument !== '--watch');
if (given.length > 0) {
  const isAsked = given.every((argument) => ['--help', '-h'].includes(argument));
  const usage =
    'npm start takes no arguments. Settings are environment variables, or lines of .env: README.md, "Configuration".';
  console[isAsked ? 'log' : 'error'](isAsked ? usage : `What is ${given[0]}? ${usage}`);
  process.exit(isAsked ? 0 : 2);
}

// Before anything that takes time: npm may be gone at the end of it.
const parent = process.ppid;
const npmAboveShell = parentOfShell(parent);

try {
  await ensureInstalled();
  await ensureBuilt();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

if (process.argv.includes('--watch')) await watch();
else await serve();

async function serve() {
  if (process.env.npm_lifecycle_event) endWithNpm();
  process.argv.splice(1, 1, MAIN);
  await import(pathToFileURL(MAIN).href);
}

async function watch() {
  forgetBuild();
  const nest = createRequire(import.meta.url).resolve('@nestjs/cli/bin/nest.js');
  // In a process group of its own, so that the service gets Ctrl-C once, from us, and not from the terminal as well.
  const options = { stdio: ['ignore', 'inherit', 'inherit'], detached: process.platform !== 'win32' };
  const child = spawn(process.execPath, [nest, 'start', '--watch', '--no-shell'], options);
  let told = false;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (!told) child.kill(signal);
      told = true;
    });
  }
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
  if (process.env.npm_lifecycle_event) endWithNpm();
}

/** npm passes no SIGTERM on through the shell that it starts us with, and may be killed: without it, end as by SIGTERM. */
function endWithNpm() {
  const timer = setInterval(() => {
    if (process.ppid === parent && (!npmAboveShell || isAlive(npmAboveShell))) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_CHECK_MS).unref();
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      // The service stops already, and being asked twice may mean "at once" to it.
      clearInterval(timer);
      // Until it listens itself, a signal must end us as if we did not listen either.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  }
}

/** Linux tells whether `pid` is a shell, and who started that. Elsewhere the shell of npm makes way for us (exec). */
function parentOfShell(pid) {
  try {
    const [, name, itsParent] = /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return /^(a|ba|da|k|z)?sh$/.test(name) ? Number(itsParent) : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

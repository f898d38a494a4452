// The service as its users run it, and its peers, for benchmarks that go over HTTP.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
/** As the image starts it, see Dockerfile. */
const FLAGS = ['--max-semi-space-size=16'];
const BARE = fileURLToPath(new URL('peers/node-http.mjs', import.meta.url));

/**
 * Starts `dist/main.js` on the database and any free port, all else by default or by `settings`, and waits until it is ready.
 * `readyMs` is how long that took.
 */
export async function startService(databaseUrl, directory, settings = {}, node = process.execPath) {
  const began = performance.now();
  const service = await startServer(node, [...FLAGS, MAIN], {
    DATABASE_URL: databaseUrl,
    DATA_DIR: directory,
    SERVER_PORT: '0',
    SERVER_HOST: '127.0.0.1',
    ...settings,
  });
  while (!(await fetch(`${service.url}/health/ready`)).ok) await delay(10);
  return { ...service, readyMs: performance.now() - began };
}

/** Starts the bare server of `peers/node-http.mjs` with so many agents. */
export function startBareServer(agents, node = process.execPath) {
  return startServer(node, [BARE, String(agents)], {});
}

async function startServer(node, args, env) {
  const child = spawn(node, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { api, level } = line.startsWith('{') ? JSON.parse(line) : {};
      if (api) resolve(api);
      if (level === 'error' || (level === 'warn' && !line.includes('"status":503'))) console.error(line); // a figure may be off because of it
    });
    ended.then(([code, signal]) => reject(new Error(`the service ended by ${signal ?? code}`)), reject);
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const [code] = await ended;
    if (code !== 0) throw new Error(`the service did not stop cleanly (${code})`);
  };
  return { url, pid: child.pid, stop };
}

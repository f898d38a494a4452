// The service as its users run it, for benchmarks that go over HTTP.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Starts `dist/main.js` on the database and any free port, all else by default or by `settings`, and waits until it is ready. */
export async function startService(databaseUrl, directory, settings = {}) {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      DATA_DIR: directory,
      SERVER_PORT: '0',
      SERVER_HOST: '127.0.0.1',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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

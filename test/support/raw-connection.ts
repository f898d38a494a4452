import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { until } from './until';
import { repliesIn, type Reply } from './wire';

/** A guard against hanging; nothing is expected to take so long. */
const PATIENCE_SECONDS = 120;

/** One connection to the service, on which a test says byte for byte what is sent and when. */
export class RawConnection {
  /** Whether the server, or the test, has ended it. */
  isClosed = false;
  private readonly received: Buffer[] = [];

  private constructor(readonly socket: Socket) {
    socket.on('data', (bytes: Buffer) => this.received.push(bytes));
    socket.on('error', () => undefined); // the server may reset it
    socket.on('close', () => (this.isClosed = true));
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const connection = new RawConnection(connect(Number(port), hostname));
    await once(connection.socket, 'connect');
    return connection;
  }

  write(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** All answers so far. */
  replies(): Reply[] {
    return repliesIn(Buffer.concat(this.received));
  }

  text(): string {
    return Buffer.concat(this.received).toString('latin1');
  }

  /** Waits for so many answers and gives the last of them. */
  async reply(count = 1): Promise<Reply> {
    await until(`${count} answers have come`, PATIENCE_SECONDS, () => this.replies().length >= count);
    return this.replies()[count - 1]!;
  }

  async closed(): Promise<void> {
    await until('the server has ended the connection', PATIENCE_SECONDS, () => this.isClosed);
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** The head of a request with a JSON body, of which nothing is sent yet. */
export function headOf(
  method: string,
  path: string,
  length: number | 'chunked',
  headers: Record<string, string> = {},
): string {
  const framing = length === 'chunked' ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': String(length) };
  const fields = { Host: 'localhost', 'Content-Type': 'application/json', ...framing, ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** One chunk of a chunked body. */
export function chunk(bytes: string): string {
  return `${bytes.length.toString(16)}\r\n${bytes}\r\n`;
}

import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

/** A request without an answer by then hangs; no server is so slow. */
const DEADLINE_MS = 300_000;

export interface Sent {
  method: string;
  /** As it goes out: nothing is encoded, resolved or checked. */
  path: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A client that sends what it is told to, well-formed or not, over connections that it keeps. */
export class WireClient {
  private readonly connections = new Agent({ keepAlive: true });
  private readonly hostname: string;
  private readonly port: number;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.hostname = hostname;
    this.port = Number(port);
  }

  /** Fails when there is no answer within minutes. */
  async exchange(sent: Sent): Promise<Reply> {
    try {
      return await this.once(sent, this.connections);
    } catch (error) {
      // The server may close an idle connection at the moment at which it is used again.
      if ((error as { code?: string }).code !== 'ECONNRESET') throw error;
      return this.once(sent, new Agent());
    }
  }

  /**
   * Writes bytes to a connection of their own and gives the answers that come until the server closes it. With `isAll` the
   * client says that nothing follows, which a request that lacks a part of its body needs to come to an end.
   */
  async converse(bytes: Buffer | string, isAll = false): Promise<Reply[]> {
    const received = await new Promise<Buffer>((resolve, reject) => {
      const chunks: Buffer[] = [];
      const socket = connect({ host: this.hostname, port: this.port, allowHalfOpen: true });
      socket.setTimeout(DEADLINE_MS, () => socket.destroy(new Error('the connection hangs')));
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('end', () => socket.end());
      // A server that refuses the head of a request need not read its body.
      socket.on('error', (error) => (chunks.length > 0 ? resolve(Buffer.concat(chunks)) : reject(error)));
      socket.on('close', () => resolve(Buffer.concat(chunks)));
      if (isAll) socket.end(bytes);
      else socket.write(bytes);
    });
    return repliesIn(received);
  }

  close(): void {
    this.connections.destroy();
  }

  private once({ method, path, headers, body }: Sent, agent: Agent): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = this;
      const request = httpRequest({ hostname, port, method, path, headers, agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString() }),
        );
      });
      const deadline = setTimeout(() => request.destroy(new Error(`no answer to ${method} ${path}`)), DEADLINE_MS);
      request.on('close', () => clearTimeout(deadline));
      request.on('error', reject);
      request.end(body);
    });
  }
}

/** Answers as they stand on a connection, one after the other; `100 Continue` and its like are none. */
export function repliesIn(received: Buffer): Reply[] {
  const replies: Reply[] = [];
  for (let rest = received; rest.length > 0;) {
    const end = rest.indexOf('\r\n\r\n');
    const [statusLine = '', ...lines] = rest
      .subarray(0, end < 0 ? rest.length : end)
      .toString('latin1')
      .split('\r\n');
    const headers: IncomingHttpHeaders = Object.fromEntries(
      lines.map((line) => [line.split(':', 1)[0]!.toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
    const begin = end < 0 ? rest.length : end + 4;
    const length =
      headers['content-length'] === undefined ? (status < 200 ? 0 : rest.length) : Number(headers['content-length']);
    if (!(status < 200)) replies.push({ status, headers, body: rest.subarray(begin, begin + length).toString() });
    rest = rest.subarray(begin + length);
  }
  return replies;
}

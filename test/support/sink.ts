import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** A request that a sink got. */
export interface Received {
  /** The `webhook-id`. */
  id: string;
  headers: IncomingHttpHeaders;
  /** The raw body. */
  body: string;
  event: { type: string; subject: string; data: Record<string, unknown> & { agent_id: string; type: string } };
  /** The status that it was answered with; undefined: it was not. */
  status: number | undefined;
}

type Answer = number | 'silence' | { status: number; headers?: Record<string, string>; body?: string };

/** A receiver of webhooks: a server on the loopback, which keeps what it gets and answers as it is told. */
export class Sink {
  readonly received: Received[] = [];
  /** How it answers; the request is in {@link received} already. */
  answer: (request: Received) => Answer = () => 204;
  /** Requests that are not answered yet. */
  private readonly held = new Set<ServerResponse>();
  private port = 0;

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body = Buffer.concat(parts).toString();
        const { headers } = request;
        const id = String(headers['webhook-id']);
        const received: Received = {
          id,
          headers,
          body,
          event: JSON.parse(body) as Received['event'],
          status: undefined,
        };
        this.received.push(received);
        const answer = this.answer(received);
        if (answer === 'silence') this.held.add(response);
        else {
          const { status, headers: fields = {}, body: text } = typeof answer === 'number' ? { status: answer } : answer;
          received.status = status;
          response.writeHead(status, fields).end(text);
        }
      });
    });
  }

  static async start(): Promise<Sink> {
    const sink = new Sink(createServer());
    await sink.open();
    return sink;
  }

  get url(): string {
    return `http://localhost:${this.port}/hook`;
  }

  /** What it took, in its order. */
  get taken(): Received[] {
    return this.received.filter(({ status = 0 }) => status >= 200 && status < 300);
  }

  /** Of an agent, the ids of the events that it took, in the order in which each came first. */
  firstIdsOf(agentId: string): string[] {
    return [...new Set(this.taken.filter(({ event }) => event.data.agent_id === agentId).map(({ id }) => id))];
  }

  /** Answers what it has left without an answer. */
  release(status: number): void {
    for (const response of this.held) response.writeHead(status).end();
    this.held.clear();
  }

  /** Nobody listens, as when its machine is down. */
  async close(): Promise<void> {
    for (const response of this.held) response.destroy();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** Listens again, at the same address. */
  async open(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    ({ port: this.port } = this.server.address() as AddressInfo);
  }
}

/** Whether the receiver of Standard Webhooks' authors takes a request for one with this secret. */
export function isSigned({ body, headers }: Received, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

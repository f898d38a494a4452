import { Agent, request as httpRequest } from 'node:http';
import type { Random } from '../random';
import type { ReplicaSet } from './replica-set';

/** Who has no answer by then goes without; a slow machine needs less. */
const DEADLINE_MS = 60_000;

export interface Request {
  method: string;
  path: string;
  body?: unknown;
  ifMatch?: string;
}

/** What a client saw of a request. Times in milliseconds since the epoch, by a clock that nobody sets. */
export interface Exchange {
  replica: number;
  sentAt: number;
  answeredAt: number;
  /** Undefined: the request may have arrived, but no whole answer came back. */
  answer?: { status: number; etag?: string; body: Record<string, unknown> };
}

/**
 * A plain round-robin in front of the replicas: each request goes to the next one, whatever the client did before. Like any,
 * it goes on to the one after when a replica takes no connection, for then nothing has been sent.
 */
export class RoundRobin {
  /** Requests that have got an answer, or will get none. */
  ended = 0;
  private readonly kept = new Agent({ keepAlive: true });
  private next = 0;

  constructor(
    private readonly replicas: ReplicaSet,
    /** Says who uses a kept connection and who a new one. */
    private readonly random: Random,
  ) {}

  /** @throws Error when no replica takes connections */
  async send(request: Request): Promise<Exchange> {
    const isKept = this.random.chance(0.7);
    const first = this.next++;
    for (let attempt = 0; attempt < this.replicas.count; attempt++) {
      const replica = (first + attempt) % this.replicas.count;
      const url = this.replicas.url(replica);
      if (url === undefined) continue;
      const sentAt = now();
      try {
        const answer = await this.exchange(url, request, isKept);
        return { ...this.end(replica, sentAt), answer };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') return this.end(replica, sentAt);
      }
    }
    throw new Error('No replica takes connections');
  }

  close(): void {
    this.kept.destroy();
  }

  private end(replica: number, sentAt: number): Exchange {
    this.ended++;
    return { replica, sentAt, answeredAt: now() };
  }

  private exchange(url: string, request: Request, isKept: boolean): Promise<NonNullable<Exchange['answer']>> {
    const { method, path, body, ifMatch } = request;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      ...(ifMatch !== undefined && { 'if-match': ifMatch }),
    };
    return new Promise((resolve, reject) => {
      const agent = isKept ? this.kept : false;
      const sent = httpRequest(url + path, { method, headers, agent }, (response) => {
        let received = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
        response.on('error', reject); // also when the connection ends in the middle
        response.on('end', () => {
          const answer = { status: response.statusCode!, etag: response.headers.etag };
          resolve({ ...answer, body: (received ? JSON.parse(received) : {}) as Record<string, unknown> });
        });
      });
      const deadline = setTimeout(() => sent.destroy(new Error('no answer')), DEADLINE_MS);
      sent.on('close', () => clearTimeout(deadline));
      sent.on('error', reject);
      sent.end(text);
    });
  }
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

import { randomInt } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AccessControl } from '../access/access-control';
import type { Requirement } from '../access/access-rule';
import type { Principal } from '../access/principal';
import { Clock } from '../common/clock';
import { Configuration } from '../config/configuration';
import { Lifecycle } from '../runtime/lifecycle';
import { DomainError } from '../validation/domain-error';
import { OutStream, type StreamEnd } from './out-stream';
import type { StreamFormat } from './stream-format';

const TICK_MS = 1_000;
/** A stream on which nothing was written for so long says that it is there. */
const QUIET_MS = 15_000;
/** How often it is asked whether the clients may still read. */
const ACCESS_EVERY_MS = 2_000;
/** Clients whose streams end with the process come back within this time, and not all at once. */
const [RETRY_LEAST_MS, RETRY_MOST_MS] = [1_000, 5_000];

/** Who gets a stream, and what they asked for. */
export interface StreamRequest {
  /** What it is a stream of; a label of metrics. */
  kind: string;
  format: StreamFormat;
  request: IncomingMessage;
  response: ServerResponse;
  principal: Principal;
  /** What the route asks of its caller, for as long as the stream lasts. */
  requirement: Requirement;
}

/** Knows what lasts: the streams of this process, whatever they are of. It bounds how many there are, and ends them. */
@Injectable()
export class StreamHub implements OnApplicationBootstrap {
  readonly ended = new Map<string, number>();
  readonly bytes = new Map<string, number>();
  refused = 0;
  private readonly open = new Map<OutStream, StreamRequest>();
  private accessCheckedAt = 0;
  private isChecking = false;

  constructor(
    private readonly access: AccessControl,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
  ) {}

  onApplicationBootstrap(): void {
    const tick = this.clock.every(TICK_MS, () => this.tick());
    this.lifecycle.stopping.addEventListener('abort', () => {
      tick.cancel();
      for (const stream of this.open.keys()) this.endForShutdown(stream);
    });
  }

  /** How many are open, by what they are of. */
  get openByKind(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { kind } of this.open.keys()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return counts;
  }

  /**
   * Refuses where {@link begin} would: to be asked before anything is looked up for the stream.
   * @throws DomainError `too_many_streams`
   */
  requirePlace(): void {
    if (this.open.size < this.configuration.STREAMS_MAX) return;
    this.refused++;
    throw tooManyStreams();
  }

  /**
   * Answers a request with a stream; its head is sent at once. While the process stops, the stream ends at once as well: the client
   * comes back, where it would take a refusal for the end.
   * @throws DomainError `too_many_streams`
   */
  begin(asked: StreamRequest): OutStream {
    this.requirePlace();
    const stream = new OutStream(asked.response, asked.kind, asked.format, {
      mostBuffered: this.configuration.STREAM_BUFFER_BYTES,
      now: () => this.clock.monotonicMs(),
      onEnd: (ended) => this.forget(ended),
    });
    this.open.set(stream, asked);
    if (this.lifecycle.stopping.aborted) this.endForShutdown(stream);
    else if (asked.request.method === 'HEAD') stream.end('client');
    return stream;
  }

  private tick(): void {
    const now = this.clock.monotonicMs();
    for (const stream of this.open.keys())
      if (now - stream.lastWriteAt >= QUIET_MS && !stream.isCongested) stream.writeComment();
    if (now - this.accessCheckedAt < ACCESS_EVERY_MS || this.isChecking) return;
    this.accessCheckedAt = now;
    this.isChecking = true;
    void this.checkAccess().finally(() => (this.isChecking = false));
  }

  /** Ends the streams of those who may read no more, or something else by now. Asks once for all streams of a token. */
  private async checkAccess(): Promise<void> {
    const byToken = new Map<string, [OutStream, StreamRequest][]>();
    for (const [stream, asked] of this.open) {
      if (asked.principal.kind === 'unrestricted') continue;
      const key = `${asked.request.headers.authorization} ${JSON.stringify(asked.requirement)}`;
      byToken.set(key, [...(byToken.get(key) ?? []), [stream, asked]]);
    }
    for (const streams of byToken.values()) {
      const [, { request, requirement }] = streams[0]!;
      const outcome = await this.principalNow(request.headers.authorization, requirement);
      for (const [stream, { principal }] of streams) {
        if (outcome === 'unknown' || (typeof outcome === 'object' && rightsOf(outcome) === rightsOf(principal)))
          continue;
        stream.end('access', endMessage(typeof outcome === 'object' ? 'access_changed' : 'unauthorized'));
      }
    }
  }

  private async principalNow(
    authorization: string | undefined,
    requirement: Requirement,
  ): Promise<Principal | 'refused' | 'unknown'> {
    try {
      return await this.access.authorize(authorization, requirement);
    } catch (error) {
      return error instanceof DomainError && error.kind !== 'unavailable' ? 'refused' : 'unknown';
    }
  }

  private endForShutdown(stream: OutStream): void {
    stream.end('shutdown', endMessage('shutting_down'), randomInt(RETRY_LEAST_MS, RETRY_MOST_MS + 1));
  }

  private forget(stream: OutStream): void {
    const { kind, endedBy, bytes } = stream;
    this.open.delete(stream);
    const key = JSON.stringify({ kind, reason: endedBy satisfies StreamEnd | undefined });
    this.ended.set(key, (this.ended.get(key) ?? 0) + 1);
    this.bytes.set(kind, (this.bytes.get(kind) ?? 0) + bytes);
  }
}

/** The last message of a stream that the service ends. */
function endMessage(code: string): { event: string; data: string } {
  return { event: 'end', data: JSON.stringify({ code }) };
}

/** What of a principal decides what it may read. */
function rightsOf(principal: Principal): string {
  if (principal.kind === 'agent') return `agent ${principal.id} ${principal.owner}`;
  if (principal.kind !== 'client') return principal.kind;
  const { name, scopes, where } = principal;
  return JSON.stringify([name, scopes.toSorted(), where]);
}

const RETRY_AFTER_SECONDS = '5';

export function tooManyStreams(): DomainError {
  const detail = 'As many streams are open as this replica takes: try again later, or ask page by page';
  return new DomainError('unavailable', 'too_many_streams', detail, {
    headers: { 'retry-after': RETRY_AFTER_SECONDS },
  });
}

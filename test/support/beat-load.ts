import { WireClient } from './wire';

/** A heartbeat that was sent. */
export interface SentBeat {
  /** Milliseconds of `performance.now()`. */
  sentAt: number;
  /** The same moment in milliseconds since the epoch. */
  sentOn: number;
  /** Milliseconds of `performance.now()`; undefined when it was not acknowledged. */
  acknowledgedAt?: number;
}

/** What clients know of the changes that they asked for: PostgreSQL may be away for a moment, and then they cannot know. */
export interface Asked {
  acknowledged: number;
  /** Answered 503: it may have happened. */
  unknown: number;
}

/** Agents that beat by themselves, agents that beat in batches, and agents that an operator puts into maintenance and back. */
export interface LoadedAgents {
  single: string[];
  batched: string[];
  operated: string[];
}

/** Clients that send one request after the other, each until it gets no answer any more. */
export class BeatLoad {
  /** By agent, in the order in which they were sent: the first is beat 1, and tells its number as a metric. */
  readonly beats = new Map<string, SentBeat[]>();
  /** Registrations by id, `new-1` and so on. */
  readonly registered = new Map<string, Asked>();
  /** Changes of status by agent. */
  readonly switched = new Map<string, Asked>();
  /** Answers that the contract does not have. */
  readonly unexpected: string[] = [];
  private readonly wire: WireClient;
  private readonly clients: Promise<unknown>;

  constructor(url: string, { single, batched, operated }: LoadedAgents) {
    this.wire = new WireClient(url);
    for (const id of [...single, ...batched]) this.beats.set(id, []);
    this.clients = Promise.allSettled([
      ...quarters(single).map((ids) => this.beatSingly(ids)),
      ...quarters(batched).map((ids) => this.beatTogether(ids)),
      this.register(),
      this.switch(operated),
    ]);
  }

  /** Waits until no client gets an answer any more. */
  async ended(): Promise<void> {
    await this.clients;
    this.wire.close();
  }

  /** The number of the last beat of an agent that was acknowledged before this moment of `performance.now()`; 0 for none. */
  acknowledgedBefore(id: string, moment: number): number {
    const isEarlier = ({ acknowledgedAt = Infinity }: SentBeat): boolean => acknowledgedAt < moment;
    return this.beats.get(id)!.findLastIndex(isEarlier) + 1;
  }

  private async beatSingly(ids: string[]): Promise<void> {
    for (;;)
      for (const id of ids) {
        const beat = this.sends(id);
        const { status } = await this.send('POST', `/agents/${id}/heartbeat`, { metrics: { beat: this.lastOf(id) } });
        if (status === 200) beat.acknowledgedAt = performance.now();
        else this.unexpected.push(`a heartbeat of ${id}: ${status}`); // known agents' are taken even without PostgreSQL
      }
  }

  private async beatTogether(ids: string[]): Promise<void> {
    for (;;) {
      const sent = ids.map((id) => this.sends(id));
      const beats = ids.map((id) => ({ id, health: { metrics: { beat: this.lastOf(id) } } }));
      const { status, body } = await this.send('POST', '/agents/heartbeats', { beats });
      const now = performance.now();
      if (body.accepted === ids.length) for (const beat of sent) beat.acknowledgedAt = now;
      else this.unexpected.push(`a batch: ${status} ${JSON.stringify(body)}`);
    }
  }

  private async register(): Promise<void> {
    for (let n = 1; ; n++) await this.ask(this.registered, `new-${n}`, '/agents/register', 'POST', 201);
  }

  private async switch(ids: string[]): Promise<void> {
    for (let turn = 1; ; turn++) {
      const status = turn % 2 ? 'maintenance' : 'active';
      // An agent of which it is not known in which status it is stays as it is.
      const known = ids.filter((id) => !this.switched.get(id)?.unknown);
      for (const id of known) await this.ask(this.switched, id, `/agents/${id}/status`, 'PUT', 200, { status });
    }
  }

  private async ask(
    record: Map<string, Asked>,
    id: string,
    path: string,
    method: string,
    expected: number,
    body: object = { id, name: id, type: 'worker' },
  ): Promise<void> {
    const { status } = await this.send(method, path, body);
    const { acknowledged, unknown } = record.get(id) ?? { acknowledged: 0, unknown: 0 };
    if (status === expected) record.set(id, { acknowledged: acknowledged + 1, unknown });
    else if (status === 503) record.set(id, { acknowledged, unknown: unknown + 1 });
    else this.unexpected.push(`${method} ${path}: ${status}`);
  }

  private sends(id: string): SentBeat {
    const beat = { sentAt: performance.now(), sentOn: Date.now() };
    this.beats.get(id)!.push(beat);
    return beat;
  }

  private lastOf(id: string): number {
    return this.beats.get(id)!.length;
  }

  /** The answer. Fails when there is none, as when the service has gone. */
  private async send(
    method: string,
    path: string,
    body: object,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const text = JSON.stringify(body);
    const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
    const reply = await this.wire.exchange({ method, path, headers, body: text });
    return { status: reply.status, body: JSON.parse(reply.body) as Record<string, unknown> };
  }
}

/**
 * The latest moment of `performance.now()` that a flush is known to have begun after and ended since. One flush follows the
 * other, and each takes all beats that wait. A beat that was seen in the table was taken by a flush that began after it was sent, and that
 * has ended when a later beat of the same agent is there as well. `seen` and `now` are numbers of beats by agent;
 * -Infinity when nothing is known of any flush.
 */
export function flushedSince(load: BeatLoad, seen: Map<string, number>[], now: Map<string, number>): number {
  let latest = Number.NEGATIVE_INFINITY;
  for (const numbers of seen)
    for (const [id, number] of numbers)
      if (number > 0 && now.get(id)! > number) latest = Math.max(latest, load.beats.get(id)![number - 1]!.sentAt);
  return latest;
}

function quarters(ids: string[]): string[][] {
  const size = Math.ceil(ids.length / 4);
  return [0, 1, 2, 3].map((part) => ids.slice(part * size, (part + 1) * size));
}

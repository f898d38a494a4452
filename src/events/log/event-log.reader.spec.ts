import * as fc from 'fast-check';
import { PinoLogger } from 'nestjs-pino';
import { TestClock } from '../../../test/support/test-clock';
import { Lifecycle } from '../../platform/runtime/lifecycle';
import type { AgentEvent } from '../agent-event';
import type { LogRead } from '../event-log.repository';
import { EventStream } from '../event-stream';
import { EventLogReader, type LogSource } from './event-log.reader';
import type { LogPositions } from './log-positions';
import { oldest, present, type LogPosition, type LogStanding } from './log-position';

const EPOCHS = ['a', 'b'].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`);
const TIMELINE = '10000000-0000-4000-8000-000000000000';

/** A log as PostgreSQL keeps it: a transaction locks the table, draws a revision, and ends, in any order with others. */
class Log implements LogSource, Pick<LogPositions, 'present' | 'oldest'> {
  readonly committed: number[] = [];
  purgedThrough = 0;
  drawn = 0;
  reads = 0;
  isAway = false;
  readonly epochs = [{ epoch: EPOCHS[0]!, timeline: TIMELINE, beganAfter: 0n }];
  private transactions = 0n;
  private readonly running = new Map<bigint, number>();

  draw(): bigint {
    this.running.set(++this.transactions, ++this.drawn);
    return this.transactions;
  }

  end(transaction: bigint, commits = true): void {
    const revision = this.running.get(transaction)!;
    this.running.delete(transaction);
    if (commits) this.committed.push(revision);
    this.committed.sort((a, b) => a - b);
  }

  get open(): bigint[] {
    return [...this.running.keys()];
  }

  write(): number {
    this.end(this.draw());
    return this.drawn;
  }

  purge(through: number): void {
    this.purgedThrough = through;
    this.committed.splice(0, this.committed.filter((revision) => revision <= through).length);
  }

  after(revision: bigint, limit: number): Promise<LogRead<AgentEvent>> {
    return this.between(revision, 10n ** 18n, limit);
  }

  revisionsAfter(revision: bigint, limit: number): Promise<LogRead<{ revision: string }>> {
    return this.after(revision, limit);
  }

  async between(revision: bigint, last: bigint, limit: number): Promise<LogRead<AgentEvent>> {
    this.reads++;
    if (this.isAway) throw new Error('away');
    const found = this.committed.filter((each) => each > revision && each <= last).slice(0, limit);
    const { epoch } = this.epochs.at(-1)!;
    const purgedThrough = BigInt(this.purgedThrough);
    // The answer takes its time, in which others write, come and leave.
    for (let turns = 0; turns < 3; turns++) await new Promise(setImmediate);
    return { events: found.map(eventOf), isCut: false, epoch, purgedThrough };
  }

  drawnRevision(): Promise<number> {
    return Promise.resolve(this.drawn);
  }

  async writers(): Promise<string[]> {
    const writers = this.open.map(String);
    await new Promise(setImmediate);
    return writers;
  }

  oldest(): Promise<LogPosition> {
    return Promise.resolve(oldest(this.standing()));
  }

  async present(position: LogPosition, field: string): Promise<LogPosition> {
    return present(position, this.standing(), field);
  }

  private standing(): LogStanding {
    return { epochs: this.epochs, purgedThrough: BigInt(this.purgedThrough), drawn: BigInt(this.drawn) };
  }
}

function eventOf(revision: number): AgentEvent {
  const nobody = { actor: null, requestId: null, clientRequestId: null };
  const change = { from: null, to: null, reason: null, data: {} };
  const occurredAt = new Date(revision);
  return {
    revision: String(revision),
    agentId: 'a',
    type: 'updated',
    cause: 'operator',
    occurredAt,
    ...nobody,
    ...change,
  };
}

interface Followed {
  revisions: number[];
  problem?: unknown;
}

describe('EventLogReader', () => {
  let log: Log;
  let clock: TestClock;
  let reader: EventLogReader;
  let ending: AbortController;
  beforeEach(() => {
    log = new Log();
    ending = new AbortController();
    start();
  });
  afterEach(() => ending.abort());

  const start = (): void => {
    clock = new TestClock();
    clock.standStill();
    const logger = new PinoLogger({ pinoHttp: { level: 'silent' } });
    reader = new EventLogReader(log, log, clock, logger, new Lifecycle());
  };
  /** Lets all run that waits for no time to pass. */
  const turn = async (): Promise<void> => {
    for (let turns = 0; turns < 25; turns++) await new Promise(setImmediate);
  };
  const pass = async (ms: number): Promise<void> => {
    await turn();
    await clock.advance(ms / 1_000);
    await turn();
  };
  const follow = (from: Promise<LogPosition>, { signal } = ending): Followed => {
    const got: Followed = { revisions: [] };
    const stream = new EventStream(reader, log as unknown as LogPositions);
    void (async () => {
      for await (const { events } of stream.slices(await from, signal))
        got.revisions.push(...events.map(({ revision }) => Number(revision)));
    })().catch((error: unknown) => (got.problem = error));
    return got;
  };

  it('settles what was drawn before its start once those have ended that were writing then', async () => {
    const [open] = [log.draw()];
    log.write();
    reader.onApplicationBootstrap();
    await pass(100);
    expect(reader.settled).toBeUndefined();
    const later = log.draw(); // began after the start: it is not waited for
    log.end(open);
    await pass(100);
    expect(reader.settled?.revision).toBe(2n);
    log.end(later);
  });

  it('reads the log once for all who follow it, and not at all faster than once a second while nothing happens', async () => {
    log.write();
    reader.onApplicationBootstrap();
    await turn();
    const followers = Array.from({ length: 50 }, () => follow(reader.settledNow()));
    await pass(10);
    await pass(2_000);
    log.reads = 0;
    for (let second = 0; second < 10; second++) await pass(1_000);
    expect(log.reads).toBeLessThanOrEqual(11);
    log.reads = 0;
    log.write();
    reader.onChange();
    await pass(10);
    expect(followers.map(({ revisions }) => revisions)).toEqual(followers.map(() => [2]));
    expect(log.reads).toBeLessThanOrEqual(3);
  });

  it('holds nothing when nobody follows', async () => {
    reader.onApplicationBootstrap();
    await turn();
    const follower = reader.follow(() => undefined);
    log.write();
    await pass(1_000);
    expect(reader.held.events).toBe(1);
    follower.end();
    expect(reader.held).toEqual({ events: 0, bytes: 0 });
    log.write();
    await pass(1_000);
    expect(reader.held.events).toBe(0);
    expect(reader.settled?.revision).toBe(2n);
  });

  it('tells for how long it has been held up: by an open transaction or a database that is away, not by others that come and go', async () => {
    log.write();
    reader.onApplicationBootstrap();
    await pass(1_000);
    let open = log.draw();
    for (let second = 0; second < 10; second++) {
      log.write();
      await pass(1_000);
      const next = log.draw(); // there is always one
      log.end(open);
      open = next;
    }
    expect(reader.heldUpSeconds).toBeLessThanOrEqual(2);
    log.write();
    for (let second = 0; second < 30; second++) await pass(1_000);
    expect(reader.heldUpSeconds).toBeGreaterThanOrEqual(29);
    log.end(open);
    await pass(1_000);
    expect(reader.heldUpSeconds).toBeLessThanOrEqual(1);
    log.isAway = true;
    for (let second = 0; second < 30; second++) await pass(1_000);
    expect(reader.heldUpSeconds).toBeGreaterThanOrEqual(29);
  });

  it('stops in front of an open transaction, for those too who read what is not in memory', async () => {
    log.write();
    reader.onApplicationBootstrap();
    await turn();
    const open = log.draw();
    log.write();
    const [early, late] = [follow(log.oldest()), follow(reader.settledNow())];
    await pass(1_000);
    expect([early.revisions, late.revisions]).toEqual([[1], []]);
    log.end(open);
    await pass(50);
    await pass(50);
    expect([early.revisions, late.revisions]).toEqual([
      [1, 2, 3],
      [2, 3],
    ]);
  });

  it('tells a follower whose place has been purged, and not that all is well', async () => {
    log.write();
    reader.onApplicationBootstrap();
    await turn();
    const open = log.draw();
    for (let n = 0; n < 5; n++) log.write();
    const behind = follow(reader.settledNow());
    await pass(100);
    log.purge(4);
    log.end(open);
    await pass(100);
    await pass(100);
    expect(behind.problem).toMatchObject({ code: 'cursor_expired', members: { oldest_cursor: expect.any(String) } });
    expect(behind.revisions).toEqual([]);
  });

  it('goes on after a fail-over where nothing was lost, and tells those who have seen what was', async () => {
    for (let n = 0; n < 4; n++) log.write();
    reader.onApplicationBootstrap();
    await turn();
    const before = await reader.settledNow();
    const [behind, ahead] = [follow(Promise.resolve({ ...before, revision: 2n })), follow(Promise.resolve(before))];
    await pass(10);
    expect(behind.revisions).toEqual([3, 4]);
    const resumed = { ...before, revision: 3n };
    log.committed.pop(); // the new primary has not got the last one
    log.epochs.push({ epoch: EPOCHS[1]!, timeline: TIMELINE, beganAfter: 3n });
    log.drawn += 30;
    const revision = log.write();
    await pass(1_000);
    await pass(1_000);
    for (const lost of [behind, ahead]) expect(lost.problem).toMatchObject({ code: 'cursor_invalid' });
    const on = follow(Promise.resolve(resumed));
    await pass(10);
    expect(on.revisions).toEqual([revision]);
  });

  it('waits while the database is away, and goes on', async () => {
    reader.onApplicationBootstrap();
    await turn();
    const follower = follow(reader.settledNow());
    await pass(10);
    log.isAway = true;
    await pass(1_000);
    await expect(reader.settledNow()).rejects.toMatchObject({ kind: 'unavailable' });
    log.isAway = false;
    log.write();
    await pass(1_000);
    expect(follower.revisions).toEqual([1]);
  });

  /** What a fault in any of this would break: whoever follows gets exactly what was committed, in order. */
  it('gives each follower every event once and in order, whenever it comes and however others write', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant('draw' as const) },
      { weight: 4, arbitrary: fc.record({ end: fc.nat(), commits: fc.boolean() }) },
      { weight: 2, arbitrary: fc.constant('wait' as const) },
      { weight: 2, arbitrary: fc.constant('glance' as const) },
      { weight: 1, arbitrary: fc.constantFrom('follow' as const, 'resume' as const, 'resume' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (steps) => {
        log = new Log();
        ending = new AbortController();
        start();
        reader.onApplicationBootstrap();
        await turn();
        const followers: { from: number; got: Followed }[] = [];
        // One that leaves again and again, and goes on where it was: mostly, nobody else is there.
        const pieces: number[] = [];
        let piece: Followed | undefined;
        let leaving = new AbortController();
        const leave = async (): Promise<void> => {
          leaving.abort();
          pieces.push(...(piece?.revisions ?? []));
          leaving = new AbortController();
          piece = undefined;
        };
        const resume = (): Followed =>
          (piece = follow(Promise.resolve({ epoch: EPOCHS[0]!, revision: BigInt(pieces.at(-1) ?? 0) }), leaving));
        for (const each of steps) {
          if (each === 'draw') log.draw();
          else if (each === 'wait') await pass(1_000);
          else if (each === 'glance') await new Promise(setImmediate);
          else if (each === 'follow') {
            const position = await reader.settledNow();
            followers.push({ from: Number(position.revision), got: follow(Promise.resolve(position)) });
          } else if (each === 'resume') {
            await leave();
            resume();
          } else if (log.open.length > 0) {
            log.end(log.open[each.end % log.open.length]!, each.commits);
            reader.onChange();
          }
        }
        for (const open of log.open) log.end(open, false);
        await leave();
        followers.push({ from: 0, got: resume() });
        for (let n = 0; n < 4; n++) await pass(1_000);
        ending.abort();
        for (const { from, got } of followers) {
          if (got === piece) got.revisions.unshift(...pieces);
          expect(got.problem).toBeUndefined();
          expect(got.revisions).toEqual(log.committed.filter((revision) => revision > from));
        }
      }),
      { numRuns: 60 },
    );
  });
});

import type { Random } from '../random';
import { until } from '../until';
import { type AgentClient, CountingClient, OwnerClient } from './agent-client';
import type { StoredAgent } from './agent-log';
import { lastCalls, type Call } from './call';
import { faultsOf } from './history-check';
import type { RoundRobin } from './round-robin';

const OWNERS = 10;
const COUNTED = 2;
const CLIENTS_OF_A_COUNTER = 3;
/** What the settings and an interval of one second come to. */
const SILENCE_SECONDS = 3;

/** All agents of one run, who calls about them, and what was found wrong. */
export class Lives {
  areOver = false;
  private readonly faults: string[] = [];
  /** In the order in which they were begun; an owner whose agent is beyond reckoning is followed by one with a new agent. */
  private readonly owners: OwnerClient[] = [];
  /** Owners of agents that have not been left. */
  private readonly present = new Set<OwnerClient>();
  private readonly founders: CountingClient[];
  private readonly counters: CountingClient[];

  constructor(
    private readonly service: RoundRobin,
    private readonly random: Random,
    private readonly circumstances: () => string[],
  ) {
    const counted = range(COUNTED).map((n) => `counted-${n}`);
    const counting = (id: string, name: string): CountingClient =>
      new CountingClient(id, `${id}-${name}`, service, random.fork());
    this.founders = counted.map((id) => counting(id, 'founder'));
    this.counters = counted.flatMap((id) => range(CLIENTS_OF_A_COUNTER).map((n) => counting(id, `counter-${n}`)));
  }

  get agents(): string[] {
    return [...this.owners, ...this.founders].map(({ agent }) => agent);
  }

  /** Before anything goes wrong: what is counted has to be there. */
  async begin(): Promise<void> {
    const sets = { key: 'counter', value: 0 };
    for (const founder of this.founders)
      await until(
        `${founder.agent} is registered`,
        120,
        async () => (await founder.change('register', { sets })).outcome === 'done',
      );
  }

  async live(isTimeUp: () => boolean): Promise<void> {
    const isOver = (): boolean => isTimeUp() || this.faults.length > 0;
    const randoms = range(OWNERS).map(() => this.random.fork());
    await Promise.all([
      ...randoms.map((random, n) => this.own(`owned-${n}`, random, isOver)),
      ...this.counters.map((counter) => this.attempt(counter.agent, () => counter.count(isOver))),
    ]);
    this.areOver = true;
  }

  /** Waits until clients have seen so many more calls end, or have ended. */
  async calls(count: number): Promise<void> {
    const enough = this.service.ended + count;
    await until(
      `${count} more calls`,
      600,
      () => this.service.ended >= enough || this.areOver || this.faults.length > 0,
    );
  }

  /** Each owner does these things, one owner after the other: so they reach the replicas in turn. */
  async ask(kinds: Call['kind'][]): Promise<void> {
    for (const owner of this.present)
      await this.attempt(owner.agent, async () => {
        for (const kind of kinds) await owner.step(kind);
      });
  }

  /** Half of the agents are deregistered for good, the others changed once more. */
  async part(): Promise<void> {
    for (const [index, owner] of [...this.present].entries())
      await this.attempt(owner.agent, () => owner.step(index % 2 === 0 ? 'deregister' : 'merge'));
  }

  /**
   * Whether so many answers in turn, one of each replica, to a heartbeat, a read and a list of each agent are what is so now. True
   * also when a fault has been found.
   */
  async areCurrent(replicas: number): Promise<boolean> {
    let areAll = true;
    for (const owner of this.present)
      await this.attempt(owner.agent, async () => {
        for (const kind of ['beat', 'read', 'list'] as const)
          for (let turn = 0; turn < replicas; turn++) areAll = (await owner.isCurrent(kind)) && areAll;
      });
    return areAll || this.faults.length > 0;
  }

  /** Compares all that clients were told with what the database has in the end. */
  compare(stored: StoredAgent[]): void {
    for (const { id, row, events } of stored) {
      const calls = this.callsAbout(id);
      const faults = faultsOf(calls, events, row, { silenceSeconds: SILENCE_SECONDS });
      if (faults.length > 0) this.accuse(id, faults.join('\n'), 200); // it may have happened long ago
      const owner = this.owners.find(({ agent }) => agent === id);
      if (owner) void this.attempt(id, () => owner.conclude(row));
      else this.compareCount(id, Number(row?.metadata.counter));
    }
  }

  /** How much there was to go wrong. */
  summary(stored: StoredAgent[]): string {
    const calls = this.clients.flatMap((client) => client.calls);
    const count = (outcome: Call['outcome']): number => calls.filter((call) => call.outcome === outcome).length;
    const events = stored.flatMap((agent) => agent.events);
    const byItself = (cause: string): number => events.filter((event) => event.cause === cause).length;
    return `${this.agents.length} agents; ${count('done')} calls done, ${count('refused')} refused, ${count('unknown')} of unknown outcome; ${events.length} events, of them ${byItself('silence')} of silence, ${byItself('heartbeat')} of revival`;
  }

  /** @throws Error that tells all that was found wrong, and how to see it again */
  expectNoFaults(others: string[]): void {
    const faults = [...this.faults, ...others];
    if (faults.length > 0) throw new Error([...faults, ...this.circumstances()].join('\n'));
  }

  /** One client that has agents of its own, one after the other. */
  private async own(name: string, random: Random, isOver: () => boolean): Promise<void> {
    for (let n = 0; !isOver(); n++) {
      const owner = new OwnerClient(n === 0 ? name : `${name}-${n}`, this.service, random);
      this.owners.push(owner);
      this.present.add(owner);
      await this.attempt(owner.agent, () => owner.live(isOver));
      if (!isOver()) this.present.delete(owner);
    }
  }

  /** Every acknowledged step has been counted, and beyond them at most those of which nobody knows. */
  private compareCount(id: string, counter: number): void {
    const steps = this.callsAbout(id).filter(({ kind }) => kind === 'merge');
    const least = steps.filter(({ outcome }) => outcome === 'done').length;
    const most = least + steps.filter(({ outcome }) => outcome === 'unknown').length;
    if (!(counter >= least && counter <= most))
      this.accuse(id, `lost update, it has been counted to ${counter}, but ${least} to ${most} times`);
  }

  private get clients(): AgentClient[] {
    return [...this.owners, ...this.founders, ...this.counters];
  }

  private callsAbout(id: string): Call[] {
    return this.clients
      .flatMap(({ calls }) => calls)
      .filter(({ agent }) => agent === id)
      .sort((one, other) => one.sentAt - other.sentAt);
  }

  private async attempt(agent: string, work: () => unknown): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.accuse(agent, error);
    }
  }

  private accuse(agent: string, fault: unknown, count = 20): void {
    this.faults.push(`${agent}: ${String(fault)}\n${lastCalls(this.callsAbout(agent), count)}`);
  }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

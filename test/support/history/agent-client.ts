import { setTimeout as pause } from 'node:timers/promises';
import { AgentModel } from './agent-model';
import type { Call, ChangeKind, Shown } from './call';
import type { Random } from '../random';
import type { Request, RoundRobin } from './round-robin';

/** How often a client of an agent of its own does what. Some agents beat less, and fall silent. */
const DIARY: Record<Call['kind'], number> = {
  register: 5,
  replace: 8,
  merge: 22,
  maintenance: 6,
  active: 8,
  deregister: 6,
  beat: 15,
  read: 20,
  list: 10,
};
const METADATA_KEYS = ['a', 'b', 'c'];
/** What may have become of an agent multiplies with each change of which it is not known whether it has happened. */
const MOST_UNSETTLED = 3;
const HEARTBEAT = { interval_seconds: 1, enabled: true };

/** What all clients have in common: they make calls about an agent and keep a record of them. */
export class AgentClient {
  /** All calls, in the order in which they were made. */
  readonly calls: Call[] = [];
  /** The state of the agent that was seen last. */
  protected etag: string | undefined;

  constructor(
    readonly agent: string,
    /** Distinguishes the marks of clients of one agent. */
    readonly name: string,
    protected readonly service: RoundRobin,
    protected readonly random: Random,
  ) {}

  /** A change; `value` is what it writes into the metadata. */
  async change(kind: ChangeKind, options: { ifMatch?: string; sets?: Call['sets'] } = {}): Promise<Call> {
    const mark = this.mark();
    const { ifMatch, sets } = options;
    const fields = { name: mark, metadata: sets && { [sets.key]: sets.value } };
    const whole = { ...fields, type: this.agent, heartbeat: HEARTBEAT };
    const path = `/agents/${this.agent}`;
    const requests: Record<ChangeKind, Request> = {
      register: { method: 'POST', path: '/agents/register', body: { id: this.agent, ...whole } },
      replace: { method: 'PUT', path, body: whole, ifMatch },
      merge: { method: 'PATCH', path, body: fields, ifMatch },
      maintenance: { method: 'PUT', path: `${path}/status`, body: { status: kind, reason: mark }, ifMatch },
      active: { method: 'POST', path: `${path}/status`, body: { status: kind, reason: mark }, ifMatch },
      deregister: { method: 'DELETE', path, ifMatch },
    };
    return this.call(kind, requests[kind], { mark, ifMatch, sets });
  }

  async read(): Promise<Call> {
    return this.call('read', { method: 'GET', path: `/agents/${this.agent}` }, { mark: this.mark() });
  }

  /** A heartbeat by itself, or one in a batch with one that has to be rejected. */
  async beat(): Promise<Call> {
    const { agent, random } = this;
    const health = { cpu_percent: random.between(0, 100) };
    if (random.chance(0.5))
      return this.call(
        'beat',
        { method: 'POST', path: `/agents/${agent}/heartbeat`, body: { health } },
        { mark: this.mark() },
      );
    const body = { beats: [{ id: 'nobody' }, { id: agent, health }] };
    return this.call('beat', { method: 'POST', path: '/agents/heartbeats', body }, { mark: this.mark() });
  }

  /** The list of the agents of its type, which is the agent or nobody. */
  async list(): Promise<Call> {
    return this.call('list', { method: 'GET', path: `/agents?type=${this.agent}` }, { mark: this.mark() });
  }

  /** Who has no answer that is of use waits, as the contract has it. */
  protected async retreat(): Promise<void> {
    if (this.calls.at(-1)?.outcome === 'unknown') await pause(this.random.between(300, 900));
  }

  private mark(): string {
    return `${this.name}-${this.calls.length}`;
  }

  private async call(
    kind: Call['kind'],
    request: Request,
    asked: Pick<Call, 'mark' | 'ifMatch' | 'sets'>,
  ): Promise<Call> {
    const { answer, ...exchange } = await this.service.send(request);
    const call: Call = { agent: this.agent, kind, ...asked, ...exchange, ...meaning(kind, answer, this.agent) };
    this.calls.push(call);
    this.etag = call.etag ?? this.etag;
    return call;
  }
}

/** The one client of an agent: what it is answered is compared with what the agent's life may look like. */
export class OwnerClient extends AgentClient {
  private readonly model = new AgentModel();
  private readonly diary: typeof DIARY;
  private written = 0;

  constructor(agent: string, service: RoundRobin, random: Random) {
    super(agent, agent, service, random);
    this.diary = { ...DIARY, beat: random.chance(0.4) ? 1 : DIARY.beat };
  }

  /**
   * Lives the agent's life until `isOver`, or until too much may have become of it.
   * @throws Error when an answer cannot be true
   */
  async live(isOver: () => boolean): Promise<void> {
    await this.step('register');
    while (!isOver() && this.model.unsettled <= MOST_UNSETTLED) {
      await this.retreat();
      // Rarely long enough for whoever remembers the agent to have to have forgotten it.
      await pause(this.random.chance(0.05) ? this.random.between(3000, 6000) : this.random.between(0, 400));
      await this.step(this.random.weighted(this.diary));
    }
  }

  /** Makes one call, and whether the answer is what is so now, and not what was so a moment ago. */
  async isCurrent(kind: 'beat' | 'read' | 'list'): Promise<boolean> {
    const call = await this[kind]();
    this.model.observe(call);
    return this.model.isCurrent(call);
  }

  /** Does one thing, and believes the answer or not. */
  async step(kind: Call['kind']): Promise<void> {
    this.model.observe(await this.do(kind));
  }

  /** @throws Error when the agent cannot be so in the end */
  conclude(row: Parameters<AgentModel['conclude']>[0]): void {
    this.model.conclude(row);
  }

  private do(kind: Call['kind']): Promise<Call> {
    if (kind === 'beat' || kind === 'read' || kind === 'list') return this[kind]();
    const sets = { key: this.random.pick(METADATA_KEYS), value: ++this.written };
    const isAboutFields = kind === 'register' || kind === 'replace' || kind === 'merge';
    const isConditional = this.random.chance(0.3) && kind !== 'register';
    return this.change(kind, {
      ifMatch: isConditional ? this.etag : undefined,
      sets: isAboutFields ? sets : undefined,
    });
  }
}

/** One of several clients that count together, in the metadata of one agent: each read, and written back only if unchanged. */
export class CountingClient extends AgentClient {
  async count(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.retreat();
      await pause(this.random.between(0, 400));
      if (this.random.chance(0.1)) await this.beat();
      const { outcome, shows, etag } = await this.read();
      if (outcome === 'unknown') continue;
      if (outcome === 'refused') throw new Error(`${this.agent} is not there, but nobody has deregistered it`);
      const value = Number(shows!.metadata!.counter) + 1;
      await this.change('merge', { ifMatch: etag, sets: { key: 'counter', value } });
    }
  }
}

/** What an answer means for the call, and what it shows of the agent. */
function meaning(
  kind: Call['kind'],
  answer: { status: number; etag?: string; body: Record<string, unknown> } | undefined,
  agent: string,
): Pick<Call, 'outcome' | 'status' | 'code' | 'shows' | 'etag' | 'total'> {
  if (!answer) return { outcome: 'unknown' };
  const { status, etag, body } = answer;
  const { code } = body as { code?: string };
  if (status === 503) return { outcome: 'unknown', status, code };
  if (status >= 500) throw new Error(`${kind} of ${agent} was answered ${status}: ${JSON.stringify(body)}`);
  if (status >= 400) return { outcome: 'refused', status, code };
  if (kind === 'beat' && 'rejected' in body) return meaningInBatch(status, body.rejected as Rejected[], agent);
  if (kind === 'list') {
    const { agents, total } = body as { agents: Shown[]; total: number };
    return { outcome: 'done', status, shows: agents[0] && shown(agents[0]), total };
  }
  const shows = kind === 'beat' || kind === 'deregister' ? undefined : shown(body as unknown as Shown);
  return { outcome: 'done', status, etag, shows };
}

interface Rejected {
  id: string;
  code: string;
}

function meaningInBatch(
  status: number,
  rejected: Rejected[],
  agent: string,
): Pick<Call, 'outcome' | 'status' | 'code'> {
  const stranger = rejected.find(({ id }) => id === 'nobody')?.code;
  if (stranger !== 'agent_not_found' && stranger !== 'store_unavailable')
    throw new Error(`A beat of nobody was answered ${stranger ?? 'as if there were one'}`);
  const code = rejected.find(({ id }) => id === agent)?.code;
  if (code === 'store_unavailable') return { outcome: 'unknown', status, code };
  return { outcome: code ? 'refused' : 'done', status, code };
}

function shown({ name, status, metadata }: Shown): Shown {
  return { name, status, metadata };
}

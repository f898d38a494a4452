import type { Call } from './call';

/**
 * What a reader is shown may be as old as this when it asks: two seconds, which a replica counts from before it has asked the
 * database to when it answers, so that it matters to nobody how fast it is; and what timers round.
 */
export const STALE_MS = 2_100;
/** A replica that never hears that an agent is gone may believe in it for so long; a slow machine needs less. */
const NEWS_MS = 120_000;
/** Statuses among which an agent moves without a client that asks for it. */
const BY_ITSELF = ['active', 'unhealthy', 'inactive'];

/** What a client knows of an agent's state, as far as nobody else changes it. */
interface AgentState {
  life: 'unknown' | 'registered' | 'deregistered';
  name: string;
  metadata: Record<string, unknown>;
  inMaintenance: boolean;
}

/** One way in which everything can have gone so far. */
interface World {
  state: AgentState;
  /** Calls without a usable answer that have not happened yet, and may at any moment. */
  late: readonly Call[];
}

type Answer = { next: AgentState; status: number } | { code: string };

/**
 * What one agent's life may look like to the only client that changes it. It keeps all worlds that agree with the answers so
 * far; an answer that none of them can give is an error of the service.
 */
export class AgentModel {
  private worlds: World[] = [{ state: { life: 'unknown', name: '', metadata: {}, inMaintenance: false }, late: [] }];
  private past: { until: number; worlds: World[] }[] = [];
  /** By replica, the last moment of which it knows what the agent was then: it had changed it, or looked. */
  private readonly known = new Map<number, number>();

  /** Changes of which it is not known whether they have happened, or still will. Each of them multiplies the worlds. */
  get unsettled(): number {
    return Math.max(...this.worlds.map(({ late }) => late.length));
  }

  /**
   * Takes the client's next call into account; calls come one after the other.
   * @throws Error when the answer cannot be true, with what was possible
   */
  observe(call: Call): void {
    const now = eventually(this.worlds);
    const isChange = call.kind !== 'read' && call.kind !== 'beat' && call.kind !== 'list';
    if (isChange) {
      this.past = this.past.filter(({ until }) => until >= call.sentAt - NEWS_MS);
      this.past.push({ until: call.answeredAt, worlds: now });
      this.worlds = distinct(now.flatMap((world) => after(world, call)));
      if (this.worlds.length === 0) throw impossible(call, now);
    } else this.check(call, now);
    if (call.outcome === (isChange ? 'done' : 'refused') && call.kind !== 'read')
      this.known.set(call.replica, call.answeredAt);
  }

  /** Whether an answer is what it has to be when nothing that was so before is remembered. */
  isCurrent({ kind, outcome, shows, total }: Call): boolean {
    if (outcome === 'unknown') return false;
    return this.worlds.some(({ state }) => {
      if (kind === 'list') return total === (state.life === 'registered' ? 1 : 0);
      if (outcome === 'refused') return state.life !== 'registered';
      return state.life === 'registered' && (!shows || looksLike(state, shows));
    });
  }

  /**
   * Compares with the agent as it is in the end.
   * @throws Error when it cannot be so
   */
  conclude(row: { status: string; name: string; metadata: Record<string, unknown> } | undefined): void {
    const now = eventually(this.worlds);
    const agrees = ({ state }: World): boolean => {
      if (!row) return state.life === 'unknown';
      return row.status === 'deregistered' ? state.life === 'deregistered' : looksLike(state, row);
    };
    if (!now.some(agrees)) throw new Error(`In the end it is ${JSON.stringify(row)}; possible: ${told(now)}`);
  }

  /** A read changes nothing, and may speak of the past: it does not tell worlds apart either. */
  private check(call: Call, now: World[]): void {
    const { kind, outcome, code, shows, total, replica, sentAt } = call;
    const since = (moment: number): World[] => [
      ...now,
      ...this.past.filter(({ until }) => until > moment).flatMap(({ worlds }) => worlds),
    ];
    const recent = since(sentAt - STALE_MS);
    const expect = (worlds: World[], holds: (state: AgentState) => boolean): void => {
      if (!worlds.some(({ state }) => holds(state))) throw impossible(call, worlds);
    };
    if (outcome === 'unknown') return;
    if (kind === 'list') {
      // The page is as the database has it, the total may be remembered.
      expect(now, (state) => (shows ? looksLike(state, shows) : state.life !== 'registered'));
      expect(recent, ({ life }) => total === (life === 'registered' ? 1 : 0));
    } else if (kind === 'beat' && outcome === 'done') {
      // Who was known goes on being heard until the replica is told what has become of it, or looks.
      expect(since(Math.max(this.known.get(replica) ?? 0, sentAt - NEWS_MS)), ({ life }) => life === 'registered');
    } else if (outcome === 'done') {
      expect(recent, (state) => looksLike(state, shows!));
    } else {
      // That there is no such agent has to be proven, by a look that a beat takes for itself.
      expect(kind === 'beat' ? now : recent, (state) => code === absence(state));
    }
  }
}

/** Worlds that there may be after the answer, out of one before. */
function after({ state, late }: World, call: Call): World[] {
  if (call.outcome === 'unknown') return [{ state, late: [...late, call] }];
  const answer = answerTo(state, call);
  if (call.outcome === 'done') {
    const agrees =
      'next' in answer && answer.status === call.status && (!call.shows || looksLike(answer.next, call.shows));
    return agrees ? [{ state: answer.next, late }] : [];
  }
  const isRefused = 'code' in answer && answer.code === call.code;
  // What the service does on its own account, reviving for one, changes the state that If-Match names.
  const hasChanged = call.code === 'precondition_failed' && call.ifMatch !== undefined;
  const isOvertaken = state.life === 'registered' && (hasChanged || call.code === 'concurrent_update');
  return isRefused || isOvertaken ? [{ state, late }] : [];
}

/** The contract: what becomes of an agent in this state by this call. */
function answerTo(state: AgentState, { kind, mark, sets }: Call): Answer {
  const written = sets ? { [sets.key]: sets.value } : {};
  if (kind === 'register') {
    const inMaintenance = state.life === 'registered' && state.inMaintenance;
    const next: AgentState = { life: 'registered', name: mark, metadata: written, inMaintenance };
    return { next, status: state.life === 'registered' ? 200 : 201 };
  }
  const code = absence(state);
  if (code) return { code };
  const becomes = (change: Partial<AgentState>): Answer => ({ next: { ...state, ...change }, status: 200 });
  if (kind === 'replace') return becomes({ name: mark, metadata: written });
  if (kind === 'merge') return becomes({ name: mark, metadata: { ...state.metadata, ...written } });
  if (kind === 'deregister') return becomes({ life: 'deregistered', inMaintenance: false });
  const inMaintenance = kind === 'maintenance';
  return inMaintenance === state.inMaintenance ? { code: 'illegal_transition' } : becomes({ inMaintenance });
}

function absence({ life }: AgentState): string | undefined {
  return { unknown: 'agent_not_found', deregistered: 'agent_deregistered', registered: undefined }[life];
}

function looksLike(
  { life, name, metadata, inMaintenance }: AgentState,
  shown: { name: string; status: string; metadata?: Record<string, unknown> },
): boolean {
  const isStatus = inMaintenance ? shown.status === 'maintenance' : BY_ITSELF.includes(shown.status);
  const isMetadata = shown.metadata === undefined || keyOfMetadata(metadata) === keyOfMetadata(shown.metadata);
  return life === 'registered' && isStatus && shown.name === name && isMetadata;
}

/** These worlds, and those that come of them when late calls happen, in any order. */
function eventually(worlds: World[]): World[] {
  const reached = distinct(worlds);
  const keys = new Set(reached.map(keyOf));
  for (const { state, late } of reached) {
    for (const call of late) {
      const answer = answerTo(state, call);
      const rest = late.filter((other) => other !== call);
      const world = { state: 'next' in answer ? answer.next : state, late: rest };
      if (keys.has(keyOf(world))) continue;
      keys.add(keyOf(world));
      reached.push(world); // the loop comes to it too
    }
  }
  return reached;
}

function distinct(worlds: World[]): World[] {
  return [...new Map(worlds.map((world) => [keyOf(world), world])).values()];
}

function keyOf({ state, late }: World): string {
  const { life, name, metadata, inMaintenance } = state;
  return JSON.stringify([life, name, keyOfMetadata(metadata), inMaintenance, late.map(({ mark }) => mark)]);
}

function impossible({ kind, mark, status, code }: Call, worlds: World[]): Error {
  return new Error(`The answer ${status} ${code ?? ''} to ${kind} ${mark} cannot be true; possible: ${told(worlds)}`);
}

function told(worlds: World[]): string {
  const states = worlds.map(({ state }) => JSON.stringify(state));
  return [...new Set(states)].slice(0, 20).join(' or ');
}

function keyOfMetadata(metadata: Record<string, unknown>): string {
  return JSON.stringify(Object.entries(metadata).sort());
}

import type { Sign } from './silence-check';
import { until } from './until';

const JSON_BODY = { 'content-type': 'application/json' };
const IMPORT_LIMIT = 500;
/** Guards against a service that hangs; a slow machine needs less. */
const PATIENCE_SECONDS = 300;

/**
 * Defines agents that beat once a second. Until their first beat they are inactive, and nobody waits for it. Gives their ids,
 * in order.
 */
export async function defineFleet(url: string, count: number): Promise<string[]> {
  const agents = Array.from({ length: count }, (_, index) => {
    const id = `beating-${String(index).padStart(4, '0')}`;
    return { id, name: id, type: 'worker', heartbeat: { interval_seconds: 1 } };
  });
  for (let start = 0; start < count; start += IMPORT_LIMIT) {
    const body = JSON.stringify({ agents: agents.slice(start, start + IMPORT_LIMIT) });
    // A database that is busy with everything else may keep us waiting; definitions can be imported twice.
    await until('the definitions are imported', 120, async () => {
      const answer = await fetch(`${url}/agents/import`, { method: 'POST', headers: JSON_BODY, body });
      if (answer.status !== 200 && answer.status !== 503) throw new Error(`${answer.status}: ${await answer.text()}`);
      return answer.status === 200;
    });
  }
  return agents.map(({ id }) => id);
}

/**
 * Agents that beat once a second, whatever becomes of their beats: all of them in one batch, and the first by itself as
 * well. They are clients as the contract has them: an answer or its absence does not change when they beat next.
 */
export class BeatingFleet {
  /** Answers that say something else than "accepted", or "not at the moment": 503. */
  readonly refused: string[] = [];
  /** Requests that got no answer or 503, as while the service is away. */
  unanswered = 0;
  /** Batches that were accepted as a whole, in the order in which they were sent, and who was in them. */
  private readonly batches: (Sign & { ids: ReadonlySet<string> })[] = [];
  private rounds = 0;
  private readonly silent = new Set<string>();
  private readonly underWay = new Set<Promise<void>>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private url: string,
    readonly ids: string[],
  ) {
    this.timer = setInterval(() => this.beat(), 1000);
    this.beat();
  }

  /** From now on the agents beat there. */
  moveTo(url: string): void {
    this.url = url;
  }

  silence(ids: string[]): void {
    for (const id of ids) this.silent.add(id);
  }

  /** What the registry has acknowledged to have heard of an agent. */
  signsOf(id: string): Sign[] {
    return this.batches.filter(({ ids }) => ids.has(id)).sort((one, other) => one.sentAt - other.sentAt);
  }

  /** Waits until the agents have sent so many more beats. */
  async sends(beats: number): Promise<void> {
    const enough = this.rounds + beats;
    await until(`${beats} more beats`, PATIENCE_SECONDS, () => this.rounds >= enough);
  }

  /** Waits until all agents that are not silent have had so many more beats accepted. */
  async gets(beats: number): Promise<void> {
    const enough = this.batches.length + beats;
    await until(`${beats} more batches are accepted`, PATIENCE_SECONDS, () => this.batches.length >= enough);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.underWay);
  }

  private beat(): void {
    this.rounds++;
    const ids = this.ids.filter((id) => !this.silent.has(id));
    const [first] = ids;
    if (first === undefined) return;
    const sentAt = Date.now();
    this.send('/agents/heartbeats', { beats: ids.map((id) => ({ id })) }, (answer) => {
      const { accepted, rejected } = JSON.parse(answer) as { accepted: number; rejected: { code: string }[] };
      if (accepted === ids.length) this.batches.push({ ids: new Set(ids), sentAt, acknowledgedAt: Date.now() });
      else if (rejected.every(({ code }) => code === 'store_unavailable')) this.unanswered++;
      else this.refused.push(answer);
    });
    this.send(`/agents/${first}/heartbeat`, {}, () => undefined);
  }

  private send(path: string, body: unknown, onAnswer: (text: string) => void): void {
    const sent = this.exchange(path, body, onAnswer).catch(() => void this.unanswered++);
    this.underWay.add(sent);
    void sent.then(() => this.underWay.delete(sent));
  }

  private async exchange(path: string, body: unknown, onAnswer: (text: string) => void): Promise<void> {
    const signal = AbortSignal.timeout(PATIENCE_SECONDS * 1000);
    const request = { method: 'POST', headers: JSON_BODY, body: JSON.stringify(body), signal };
    const answer = await fetch(this.url + path, request);
    const text = await answer.text();
    if (answer.status === 200) onAnswer(text);
    else if (answer.status === 503) this.unanswered++;
    else this.refused.push(`${answer.status}: ${text}`);
  }
}

import { Random } from './random';
import { until } from './until';
import { PATIENCE } from './patience';

const JSON_BODY = { 'content-type': 'application/json' };

/** What the registry has acknowledged of an agent: the last number in its metadata, or that it is gone. */
export type Acknowledged = number | 'gone';

/** Clients that change agents of theirs, register and deregister others, as fast as they are answered, and remember what was acknowledged. */
export class ChangingFleet {
  readonly acknowledged = new Map<string, Acknowledged>();
  /** Changes that were acknowledged. */
  changes = 0;
  private isStopped = false;
  private readonly clients: Promise<void>[];

  /** `ids` are agents that are there, which each client has a share of. */
  constructor(
    private readonly url: string,
    ids: readonly string[],
    seed: number,
    clients = 4,
  ) {
    const random = new Random(seed);
    const share = (client: number): string[] => ids.filter((_, index) => index % clients === client);
    this.clients = Array.from({ length: clients }, (_, client) => this.run(client, share(client), random.fork()));
  }

  /** Waits until so many more changes were acknowledged. */
  async makes(changes: number): Promise<void> {
    const enough = this.changes + changes;
    await until(`${changes} more changes`, PATIENCE, () => this.changes >= enough);
  }

  /** @throws Error what a client was answered that it should not have been */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.clients);
  }

  private async run(client: number, ids: string[], random: Random): Promise<void> {
    for (let number = 1; !this.isStopped; number++) {
      const done = random.weighted({ patch: 8, register: 2, deregister: 1 });
      if (done === 'register') ids.push(await this.register(`changing-${client}-${number}`, number));
      else if (done === 'patch') await this.patch(random.pick(ids), number);
      else await this.deregister(ids.splice(random.between(0, ids.length - 1), 1)[0]!);
    }
  }

  private async register(id: string, number: number): Promise<string> {
    await this.ask('POST', '/agents/register', { id, name: id, type: 'changing', metadata: { number } });
    this.note(id, number);
    return id;
  }

  private async patch(id: string, number: number): Promise<void> {
    await this.ask('PATCH', `/agents/${id}`, { metadata: { number } });
    this.note(id, number);
  }

  private async deregister(id: string): Promise<void> {
    await this.ask('DELETE', `/agents/${id}`);
    this.note(id, 'gone');
  }

  private note(id: string, what: Acknowledged): void {
    this.acknowledged.set(id, what);
    this.changes++;
  }

  private async ask(method: string, path: string, body?: unknown): Promise<void> {
    const answer = await fetch(this.url + path, {
      method,
      ...(body !== undefined && { headers: JSON_BODY, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  }
}

import { readStream, type Message, type ReadStream } from './event-stream';

/** Follows one stream after the other, each on where the last one ended, whatever ends them. */
export abstract class Follower {
  protected cursor: string | undefined;
  /** What came that should not have: a cursor that is gone, or a bookmark that has not the form of one. */
  readonly wrong: string[] = [];
  private stream: ReadStream | undefined;
  private taken = 0;

  constructor(private readonly accept: 'text/event-stream' | 'application/x-ndjson' = 'text/event-stream') {}

  protected abstract path(): string;
  protected abstract take(message: Message): void;

  /** Takes what has come, and connects to this replica if it has no stream. */
  async follow(url: string): Promise<void> {
    this.takeAll();
    if (this.stream && !this.stream.isEnded) return;
    this.stream = await readStream(url + this.path(), { accept: this.accept }).catch(() => undefined);
    if (this.stream?.status !== 200) await this.refused();
    this.taken = 0;
  }

  async cut(): Promise<void> {
    await this.stream?.close();
    this.takeAll();
    this.stream = undefined;
  }

  /** The replica starts or stops, or has no database at the moment. */
  private async refused(): Promise<void> {
    if (this.stream?.status === 410) this.wrong.push(`410 for ${this.cursor}`);
    await this.stream?.close();
    this.stream = undefined;
  }

  private takeAll(): void {
    const messages = this.stream?.messages ?? [];
    for (const message of messages.slice(this.taken)) {
      if (message.event === 'gone') this.wrong.push(JSON.stringify(message.data));
      this.take(message);
      this.cursor = message.id ?? this.cursor;
    }
    this.taken = messages.length;
  }
}

/** Keeps the revisions of all events of a selection, in the order in which they came. */
export class FeedFollower extends Follower {
  readonly revisions: string[] = [];

  constructor(
    private readonly filter: string | undefined,
    accept?: 'text/event-stream' | 'application/x-ndjson',
  ) {
    super(accept);
  }

  protected path(): string {
    const filter = this.filter === undefined ? '' : `&filter=${encodeURIComponent(this.filter)}`;
    return `/events/stream?${this.cursor === undefined ? '' : `after=${this.cursor}`}${filter}`;
  }

  protected take({ data }: Message): void {
    if (data.specversion !== undefined) this.revisions.push(String(data.id));
  }
}

/** The same, page by page. */
export class PollingFollower {
  readonly revisions: string[] = [];
  readonly wrong: string[] = [];
  private cursor: string | undefined;

  async follow(url: string): Promise<void> {
    const after = this.cursor === undefined ? '' : `&after=${this.cursor}`;
    const answer = await fetch(`${url}/events?limit=50${after}`).catch(() => undefined);
    if (answer?.status === 410) this.wrong.push(await answer.text());
    if (answer?.status !== 200) return;
    const page = (await answer.json().catch(() => undefined)) as
      { events: { revision: number }[]; next_cursor: string } | undefined;
    if (!page) return; // it was cut off
    this.revisions.push(...page.events.map(({ revision }) => String(revision)));
    this.cursor = page.next_cursor;
  }

  async cut(): Promise<void> {}
}

/** Keeps the agents that match, each as {@link summaryOf} writes it. */
export class WatchFollower extends Follower {
  readonly agents = new Map<string, string>();

  constructor(
    readonly selection: string,
    accept?: 'text/event-stream' | 'application/x-ndjson',
  ) {
    super(accept);
  }

  protected path(): string {
    if (this.cursor === undefined) this.agents.clear(); // it was cut off before it had all of them
    return `/agents/watch?${this.selection}${this.cursor === undefined ? '' : `&after=${this.cursor}`}`;
  }

  protected take({ event, data }: Message): void {
    if (event === 'upsert') this.agents.set(String(data.id), summaryOf(data));
    else if (event === 'remove') this.agents.delete(String(data.id));
  }
}

export function summaryOf(agent: Record<string, unknown>): string {
  return ['id', 'type', 'version', 'status'].map((field) => String(agent[field])).join(' ');
}

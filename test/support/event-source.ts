import { until } from './until';

/** A message of an event stream. */
export interface StreamedMessage {
  id?: string;
  event: string;
  data: Record<string, unknown>;
}

/** A client of an event stream, which keeps all messages that have come. */
export class EventSource {
  readonly messages: StreamedMessage[] = [];
  /** All that came, comments too. */
  text = '';
  isEnded = false;

  private constructor(
    readonly response: Response,
    private readonly abort: AbortController,
  ) {
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (isStream) void this.read().catch(() => undefined);
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventSource> {
    const abort = new AbortController();
    const response = await fetch(url, {
      headers: { accept: 'text/event-stream', ...headers },
      signal: abort.signal,
    });
    return new EventSource(response, abort);
  }

  /** The messages of these events. */
  of(...events: string[]): StreamedMessage[] {
    return this.messages.filter(({ event }) => events.includes(event));
  }

  /** Waits until so many messages of the event have come. */
  async until(event: string, count = 1): Promise<void> {
    await until(`${count} × ${event} (got ${JSON.stringify(this.messages).slice(0, 2_000)})`, 150, () => {
      return this.of(event).length >= count;
    });
  }

  close(): void {
    this.abort.abort();
  }

  private async read(): Promise<void> {
    let rest = '';
    try {
      for await (const chunk of this.response.body!.pipeThrough(new TextDecoderStream())) {
        this.text += chunk;
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop()!;
        for (const block of blocks) this.take(block);
      }
    } finally {
      this.isEnded = true;
    }
  }

  private take(block: string): void {
    const fields = block.split('\n').filter((line) => !line.startsWith(':') && line !== '');
    const entries = fields.map((line) => line.split(/: ?(.*)/s, 2) as [string, string]);
    const { id, event, data } = Object.fromEntries(entries) as { id?: string; event?: string; data?: string };
    if (event === undefined || data === undefined) return;
    const message = { event, data: JSON.parse(data) as Record<string, unknown> };
    this.messages.push(id === undefined ? message : { id, ...message });
  }
}

import { until } from './until';

/** A message of a stream, whatever its format. */
export interface Message {
  id?: string;
  event: string;
  data: Record<string, unknown>;
}

/** What a client reads of a stream. */
export interface ReadStream {
  readonly status: number;
  readonly headers: Headers;
  /** As it came. */
  readonly text: string;
  /** Those that were complete, in order. */
  readonly messages: Message[];
  /** Those with an event of the log. */
  readonly events: Message[];
  readonly isEnded: boolean;
  /** Waits for as many events of the log. */
  untilEvents(count: number): Promise<Message[]>;
  untilMessage(event: string): Promise<Message>;
  close(): Promise<void>;
}

const NOT_EVENTS = new Set(['bookmark', 'end', 'gone', 'comment', 'retry']);

function parsedSse(text: string): Message[] {
  const blocks = text.split('\n\n').slice(0, -1);
  return blocks.flatMap((block) => {
    const fields = new Map(
      block
        .split('\n')
        .filter((line) => !line.startsWith(':'))
        .map((line) => {
          const colon = line.indexOf(': ');
          return [line.slice(0, colon), line.slice(colon + 2)] as const;
        }),
    );
    const data = fields.get('data');
    if (data === undefined) return [];
    const id = fields.get('id');
    return [
      { event: fields.get('event')!, data: JSON.parse(data) as Message['data'], ...(id !== undefined && { id }) },
    ];
  });
}

function parsedLines(text: string): Message[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Message);
}

/** Opens a stream and reads it until it ends, or is closed. */
export async function readStream(url: string, headers: Record<string, string> = {}): Promise<ReadStream> {
  const ending = new AbortController();
  const response = await fetch(url, { headers, signal: ending.signal });
  const parse = /ndjson/.test(response.headers.get('content-type') ?? '') ? parsedLines : parsedSse;
  let text = '';
  let isEnded = false;
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) text += decoder.decode(chunk as Uint8Array, { stream: true });
  })()
    .catch(() => undefined)
    .finally(() => (isEnded = true));
  const stream: ReadStream = {
    status: response.status,
    headers: response.headers,
    get text() {
      return text;
    },
    get messages() {
      return parse(text);
    },
    get events() {
      return parse(text).filter(({ event }) => !NOT_EVENTS.has(event));
    },
    get isEnded() {
      return isEnded;
    },
    untilEvents: async (count) => {
      await until(`${count} events have come`, 150, () => stream.events.length >= count || isEnded);
      return stream.events;
    },
    untilMessage: async (event) => {
      await until(`a ${event} has come`, 150, () => parse(text).some((message) => message.event === event) || isEnded);
      return parse(text).find((message) => message.event === event)!;
    },
    close: async () => {
      ending.abort();
      await reading;
    },
  };
  return stream;
}

/** What a stream says at a time. */
export interface StreamMessage {
  event: string;
  /** JSON, in one line. */
  data: string;
  /** Where a client goes on after it. */
  id?: string;
}

/** How messages are written: as server-sent events (WHATWG HTML, 9.2), or as a JSON object in a line each. */
export const STREAM_FORMATS = {
  sse: {
    contentType: 'text/event-stream; charset=utf-8',
    message: ({ id, event, data }: StreamMessage): string =>
      `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`,
    /** Says nothing, and shows that the connection is there. */
    comment: (): string => ':\n\n',
    /** How long a client waits before it connects again. */
    retry: (ms: number): string => `retry: ${ms}\n\n`,
  },
  ndjson: {
    contentType: 'application/x-ndjson; charset=utf-8',
    message: ({ id, event, data }: StreamMessage): string =>
      `{${id === undefined ? '' : `"id":${JSON.stringify(id)},`}"event":${JSON.stringify(event)},"data":${data}}\n`,
    comment: (): string => '{"event":"comment","data":{}}\n',
    retry: (ms: number): string => `{"event":"retry","data":{"retry_ms":${ms}}}\n`,
  },
};
export type StreamFormat = keyof typeof STREAM_FORMATS;

/** The format that a client has asked for in `Accept`; undefined: it wants no stream. */
export function streamFormatOf(accept: string | undefined): StreamFormat | undefined {
  for (const part of (accept ?? '').split(',')) {
    const [type, ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    if (parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))) continue;
    if (type === 'text/event-stream') return 'sse';
    if (type === 'application/x-ndjson') return 'ndjson';
    if (type === 'application/json' || type === '*/*') return undefined;
  }
  return undefined;
}

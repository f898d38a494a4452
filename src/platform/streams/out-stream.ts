import type { ServerResponse } from 'node:http';
import { markStreamed } from '../http/streamed';
import { STREAM_FORMATS, type StreamFormat, type StreamMessage } from './stream-format';

/** Why a stream has ended. */
export type StreamEnd = 'client' | 'slow' | 'access' | 'shutdown' | 'gone' | 'failed';

/** An answer that lasts: what is written goes out at once, and what a client does not read is bounded. */
export class OutStream {
  /** Bytes that were written. */
  bytes = 0;
  /** In milliseconds of the monotonic clock. */
  lastWriteAt: number;
  endedBy: StreamEnd | undefined;
  private readonly ending = new AbortController();
  private readonly format: (typeof STREAM_FORMATS)[StreamFormat];

  constructor(
    private readonly response: ServerResponse,
    readonly kind: string,
    readonly formatName: StreamFormat,
    private readonly settings: { mostBuffered: number; now: () => number; onEnd: (stream: OutStream) => void },
  ) {
    this.format = STREAM_FORMATS[formatName];
    this.lastWriteAt = settings.now();
    markStreamed(response);
    response.on('close', () => this.finish('client'));
    response.writeHead(200, {
      'content-type': this.format.contentType,
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no', // nginx
    });
    response.flushHeaders();
    this.write(this.format.comment());
  }

  /** Aborted when nothing more can be written. */
  get signal(): AbortSignal {
    return this.ending.signal;
  }

  /** Whether the client has not read yet what was written. */
  get isCongested(): boolean {
    return this.response.writableNeedDrain;
  }

  /** A message as {@link write} takes it: the same text for all streams of the format. */
  textOf(message: StreamMessage): string {
    return this.format.message(message);
  }

  /** Writes a text of whole messages. A client that leaves more than the bound unread is cut off: it goes on where it was. */
  write(text: string | Buffer): void {
    if (this.signal.aborted) return;
    this.bytes += typeof text === 'string' ? Buffer.byteLength(text) : text.length;
    this.lastWriteAt = this.settings.now();
    this.response.write(text);
    if (this.response.writableLength <= this.settings.mostBuffered) return;
    this.finish('slow');
    this.response.destroy();
  }

  /** Shows that the stream is there, where nothing else is to be written. */
  writeComment(): void {
    this.write(this.format.comment());
  }

  /** Resolves when the client has read what was written, or the stream has ended. */
  async drained(): Promise<void> {
    if (!this.isCongested || this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        this.response.off('drain', go);
        this.signal.removeEventListener('abort', go);
        resolve();
      };
      this.response.on('drain', go);
      this.signal.addEventListener('abort', go, { once: true });
    });
  }

  /** Ends it with a last message, and with how long the client is to wait before it connects again. */
  end(reason: StreamEnd, last?: StreamMessage, retryMs?: number): void {
    if (this.signal.aborted) return;
    const text = (retryMs === undefined ? '' : this.format.retry(retryMs)) + (last ? this.format.message(last) : '');
    if (text !== '') this.write(text);
    this.finish(reason);
    this.response.end();
  }

  private finish(reason: StreamEnd): void {
    if (this.signal.aborted) return;
    this.endedBy = reason;
    this.ending.abort();
    this.settings.onEnd(this);
  }
}

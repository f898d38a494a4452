import type { LogSlice } from '../../events/log/event-log.reader';
import { encodePosition, type LogPosition } from '../../events/log/log-position';
import type { Clock, Timer } from '../../platform/common/clock';
import type { OutStream } from '../../platform/streams/out-stream';
import { STREAM_FORMATS, type StreamFormat } from '../../platform/streams/stream-format';
import type { FeedMessage } from './feed-selector';

/** A stream gets a new cursor at least so often. */
const BOOKMARK_MS = 25_000;
const BOOKMARK_TICK_MS = 2_500;
/** Streams that are written to in one turn of the event loop. */
const STREAMS_AT_ONCE = 100;
/** What was sent last is kept for those who are about to join: at most so many slices, and so many bytes. */
const RECENT = { slices: 32, bytes: 256 * 1024 };
/** Messages that are written as one. A stream that does not read this fast goes on by itself. */
const MOST_AT_ONCE_BYTES = 64 * 1024;

/** What a live feed is made of. */
export interface LiveFeedParts {
  clock: Clock;
  slices: (position: LogPosition, signal: AbortSignal) => AsyncIterable<LogSlice>;
  /** The messages of a slice, in order. */
  messages: (slice: LogSlice) => Promise<FeedMessage[]>;
  /** It has no stream any more, or cannot go on: no other may join it. */
  onEnd: () => void;
}

interface Member {
  out: OutStream;
  /** It has been sent everything up to this revision, or to the position of the feed if that is higher. */
  at: bigint;
  bookmarkedAt: number;
  leave: (at: LogPosition) => void;
  fail: (error: Error) => void;
  onAbort: () => void;
}

/** Follows the log once for many streams that want the same: each event is judged and written once, and sent to all. */
export class LiveFeed {
  private readonly members = new Set<Member>();
  private readonly ending = new AbortController();
  private readonly bookmarks: Timer;
  /** The last slices, oldest first, each with the revision that it follows. */
  private recent: { after: bigint; messages: FeedMessage[]; bytes: number }[] = [];
  private recentBytes = 0;

  /** @param position all streams have been sent everything up to it */
  constructor(
    private position: LogPosition,
    private readonly format: StreamFormat,
    private readonly parts: LiveFeedParts,
  ) {
    this.bookmarks = parts.clock.every(BOOKMARK_TICK_MS, () => this.bookmark());
    void this.run();
  }

  /** As `LiveFeeds.join`. */
  join(out: OutStream, { epoch, revision }: LogPosition): Promise<LogPosition> | undefined {
    const isMissed = revision < this.position.revision && !this.recent.some(({ after }) => after <= revision);
    if (this.ending.signal.aborted || epoch !== this.position.epoch || isMissed) return undefined;
    const left = new Promise<LogPosition>((resolve, reject) => {
      const bookmarkedAt = this.parts.clock.monotonicMs();
      const member: Member = {
        out,
        at: revision,
        bookmarkedAt,
        leave: (at) => this.remove(member, () => resolve(at)),
        fail: (error) => this.remove(member, () => reject(error)),
        onAbort: () => member.leave(this.position),
      };
      this.members.add(member);
      out.signal.addEventListener('abort', member.onAbort, { once: true });
      for (const { messages } of this.recent) if (this.members.has(member)) this.write(member, messages, this.position);
      if (out.signal.aborted) member.onAbort();
    });
    left.catch(() => undefined); // the stream gets it when it looks
    return left;
  }

  private remove(member: Member, settle: () => void): void {
    if (!this.members.delete(member)) return;
    member.out.signal.removeEventListener('abort', member.onAbort);
    settle();
    if (this.members.size === 0) this.end();
  }

  private end(): void {
    if (this.ending.signal.aborted) return;
    this.ending.abort();
    this.bookmarks.cancel();
    this.parts.onEnd();
  }

  /** Never rejects. */
  private async run(): Promise<void> {
    try {
      for await (const slice of this.parts.slices(this.position, this.ending.signal))
        await this.send(await this.parts.messages(slice), slice.through);
    } catch (error) {
      this.end(); // nobody joins any more
      for (const member of this.members) member.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private async send(messages: FeedMessage[], through: LogPosition): Promise<void> {
    if (messages.length > 0) {
      let written = 0;
      // Those that join meanwhile come last.
      for (const member of this.members) {
        if (written > 0 && written % STREAMS_AT_ONCE === 0) await new Promise<void>((resolve) => setImmediate(resolve));
        if (!this.members.has(member)) continue;
        if (member.at < this.position.revision) member.at = this.position.revision;
        this.write(member, messages, through);
        written++;
      }
    }
    this.keep(messages);
    this.position = through;
  }

  /** Writes what the stream has not been sent of consecutive messages. One that does not read leaves. */
  private write(member: Member, messages: readonly FeedMessage[], { epoch }: LogPosition): void {
    const { out } = member;
    const wanted =
      member.at < (messages[0]?.revision ?? 0n) ? messages : messages.filter(({ revision }) => revision > member.at);
    if (wanted.length === 0) return;
    if (!out.isCongested && isSmall(wanted)) {
      out.write(wanted.length === 1 ? wanted[0]!.text : joined(wanted));
      member.at = wanted.at(-1)!.revision;
      return;
    }
    for (const { text, revision } of wanted) {
      if (out.signal.aborted) return;
      if (out.isCongested) return member.leave({ epoch, revision: member.at });
      out.write(text);
      member.at = revision;
    }
  }

  private keep(messages: FeedMessage[]): void {
    const bytes = messages.reduce((sum, { text }) => sum + text.length, 0);
    this.recent.push({ after: this.position.revision, messages, bytes });
    this.recentBytes += bytes;
    while (this.recent.length > RECENT.slices || this.recentBytes > RECENT.bytes)
      this.recentBytes -= this.recent.shift()!.bytes;
  }

  private bookmark(): void {
    const now = this.parts.clock.monotonicMs();
    let text: string | undefined;
    for (const member of this.members) {
      if (now - member.bookmarkedAt < BOOKMARK_MS - BOOKMARK_TICK_MS || member.out.isCongested) continue;
      if (member.at > this.position.revision) continue; // while a slice is being sent
      text ??= bookmarkOf(this.format, this.position);
      member.out.write(text);
      member.bookmarkedAt = now;
    }
  }
}

/** The message with where a stream goes on. */
export function bookmarkOf(format: StreamFormat, position: LogPosition): string {
  const cursor = encodePosition(position);
  return STREAM_FORMATS[format].message({ id: cursor, event: 'bookmark', data: JSON.stringify({ cursor }) });
}

function isSmall(messages: readonly FeedMessage[]): boolean {
  let bytes = 0;
  return messages.every(({ text }) => (bytes += text.length) <= MOST_AT_ONCE_BYTES);
}

const whole = new WeakMap<readonly FeedMessage[], Buffer>();

/** Several messages as one, which many streams are sent. */
function joined(messages: readonly FeedMessage[]): Buffer {
  let buffer = whole.get(messages);
  if (buffer === undefined) {
    buffer = Buffer.concat(messages.map(({ text }) => text));
    whole.set(messages, buffer);
  }
  return buffer;
}

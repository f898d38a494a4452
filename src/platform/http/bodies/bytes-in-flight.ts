import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../common/clock';
import { overloaded } from '../overloaded';

/** A body above this size is large. A heartbeat with the largest report is not. */
export const LARGE_BYTES = 32 * 1024;
/** Large bodies may take this part of the bytes; the rest stays free for small ones, however many large ones stall. */
const LARGE_SHARE = 3 / 4;
/** A body of which nothing has arrived for so long gives its bytes to one that needs them. */
const STALLED_MS = 2_000;

/** The bytes that one request holds, from before its body is read until it is answered. */
export class HeldBytes {
  bytes = 0;
  isLarge = false;
  /** When the last piece arrived, in milliseconds of the clock of {@link BytesInFlight}. */
  movedAt = 0;

  /** `cut` ends the reading of the body for the benefit of another one. */
  constructor(readonly cut: (error: Error) => void) {}
}

/** A body that has arrived is not cut. */
const keepNothing = (): void => undefined;

type HoldingRequest = IncomingMessage & { [HELD]?: HeldBytes };
const HELD = Symbol('held bytes');

/**
 * Bounds the bytes of request bodies that are in memory at once, over all connections. A body whose length is declared takes
 * its bytes before it is read, any other one as they arrive; they are given back when the request has been answered.
 */
export class BytesInFlight {
  /** How often a body was refused. */
  refusals = 0;
  private all = 0;
  private ofLarge = 0;
  /** Bodies that have not arrived completely; the one that has waited longest for its next piece is first. */
  private readonly arriving = new Set<HeldBytes>();

  constructor(
    private readonly most: number,
    private readonly clock: Clock,
  ) {}

  get held(): number {
    return this.all;
  }

  /**
   * Takes the bytes of a body before it is read; `cut` is called when another body needs them more.
   * @throws DomainError `overloaded` when too many are taken
   */
  hold(request: IncomingMessage, bytes: number, cut: (error: Error) => void): HeldBytes {
    const held = new HeldBytes(cut);
    held.movedAt = this.clock.monotonicMs();
    this.take(held, bytes);
    this.arriving.add(held);
    (request as HoldingRequest)[HELD] = held;
    return held;
  }

  /**
   * Takes the bytes of a body that has arrived.
   * @throws DomainError `overloaded`
   */
  holdWhole(request: IncomingMessage, bytes: number): void {
    const held = new HeldBytes(keepNothing);
    this.take(held, bytes);
    (request as HoldingRequest)[HELD] = held;
  }

  /**
   * Takes more for a body whose length is not known.
   * @throws DomainError `overloaded`
   */
  grow(held: HeldBytes, bytes: number): void {
    this.take(held, bytes);
  }

  /** A piece of the body has arrived. */
  moved(held: HeldBytes): void {
    held.movedAt = this.clock.monotonicMs();
    this.arriving.delete(held); // to the end of the set
    this.arriving.add(held);
  }

  /** The body has arrived, or is not read any more. */
  arrived(held: HeldBytes): void {
    this.arriving.delete(held);
  }

  /** Gives back what the request holds, if anything: it has been answered, or its connection is gone. */
  release(request: IncomingMessage): void {
    const held = (request as HoldingRequest)[HELD];
    if (!held) return;
    this.giveBack(held);
    this.arriving.delete(held);
  }

  private take(held: HeldBytes, bytes: number): void {
    const isLarge = held.bytes + bytes > LARGE_BYTES;
    const ofLarge = isLarge ? bytes + (held.isLarge ? 0 : held.bytes) : 0;
    for (let lack = this.lackOf(bytes, ofLarge); lack; lack = this.lackOf(bytes, ofLarge)) {
      if (this.cutStalled(lack, held)) continue;
      this.refusals++;
      throw overloaded('Too many bytes of requests are in flight');
    }
    this.all += bytes;
    this.ofLarge += ofLarge;
    held.bytes += bytes;
    held.isLarge = isLarge;
  }

  private lackOf(bytes: number, ofLarge: number): 'all' | 'large' | undefined {
    if (ofLarge > 0 && this.ofLarge + ofLarge > this.most * LARGE_SHARE) return 'large';
    return this.all + bytes > this.most ? 'all' : undefined;
  }

  /** Ends the body that has stalled for longest, if there is one that holds what is lacking. */
  private cutStalled(lack: 'all' | 'large', needy: HeldBytes): boolean {
    const since = this.clock.monotonicMs() - STALLED_MS;
    for (const stalled of this.arriving) {
      if (stalled.movedAt > since) return false;
      if (stalled === needy || stalled.bytes === 0 || (lack === 'large' && !stalled.isLarge)) continue;
      this.arriving.delete(stalled);
      this.giveBack(stalled);
      this.refusals++;
      stalled.cut(overloaded('The body stalled while others needed its place'));
      return true;
    }
    return false;
  }

  private giveBack(held: HeldBytes): void {
    this.all -= held.bytes;
    if (held.isLarge) this.ofLarge -= held.bytes;
    held.bytes = 0;
    held.isLarge = false;
  }
}

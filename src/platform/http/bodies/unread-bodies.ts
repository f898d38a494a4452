import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../common/clock';

/** How long the turn of one connection is. */
const TURN_MS = 5;

/**
 * Takes what is left of bodies that nobody reads any more off the wire, so that their clients get to the answer: of one connection
 * after another when there are several. What is worth nothing then costs no more time than one connection can take, however many
 * clients send it.
 */
export class UnreadBodies {
  private reading: IncomingMessage | undefined;
  /** Their sockets are paused. */
  private readonly waiting = new Set<IncomingMessage>();

  constructor(private readonly clock: Clock) {}

  /** To be called when a request has been answered. */
  add(request: IncomingMessage): void {
    if (!isLeft(request)) return;
    if (this.reading) this.wait(request);
    else this.read(request);
  }

  private read(request: IncomingMessage): void {
    this.reading = request;
    this.clock.setTimer(TURN_MS, () => this.endTurn(request)).unref();
  }

  private wait(request: IncomingMessage): void {
    request.socket.pause();
    this.waiting.add(request);
  }

  private endTurn(request: IncomingMessage): void {
    this.reading = undefined;
    const next = this.next();
    if (isLeft(request)) {
      if (next) this.wait(request);
      else this.read(request);
    }
    if (!next) return;
    next.socket.resume();
    this.read(next);
  }

  private next(): IncomingMessage | undefined {
    for (const request of this.waiting) {
      this.waiting.delete(request);
      if (isLeft(request)) return request;
    }
    return undefined;
  }
}

function isLeft({ complete, socket }: IncomingMessage): boolean {
  return !complete && !socket.destroyed;
}

import { Injectable } from '@nestjs/common';

/** Whether the process is on its way out. Work in flight is still finished then, but nobody should send more. */
@Injectable()
export class Lifecycle {
  private readonly stop = new AbortController();

  /** Aborted from the moment that shutdown begins. */
  get stopping(): AbortSignal {
    return this.stop.signal;
  }

  beginShutdown(): void {
    this.stop.abort();
  }
}

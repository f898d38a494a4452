import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { loggers } from '../private-api/nestjs-pino';
import { Clock, type Timer } from '../common/clock';
import { errorMessage } from './error-message';
import type { ProblemResponse } from '../validation/problem';

/** When no request was refused for so long, the outage is over. */
const QUIET_MS = 10_000;

interface Outage {
  refused: number;
  beganAt: number;
  lastAt: number;
  timer: Timer;
}

/**
 * Tells of requests that are refused with 503, one line when that begins, with the cause, and one when it has ended, with how many there
 * were; for each `code` by itself. An outage that meets a thousand requests a second must not fill the log as well.
 */
@Injectable()
export class OutageLog implements OnApplicationShutdown {
  private readonly outages = new Map<string, Outage>();

  constructor(
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(OutageLog.name);
  }

  /** Call it with every answer that is made of an error. */
  note({ status, body }: ProblemResponse, error: unknown): void {
    if (status !== 503) return;
    const now = this.clock.monotonicMs();
    const outage = this.outages.get(body.code) ?? this.begin(body.code, body.detail, error, now);
    outage.refused++;
    outage.lastAt = now;
  }

  onApplicationShutdown(): void {
    for (const [code, { timer }] of this.outages) {
      timer.cancel();
      this.end(code);
    }
  }

  private begin(code: string, detail: string, error: unknown, now: number): Outage {
    this.logger.warn({ code, detail, ...causeOf(error) }, 'Requests are refused with 503; further ones are counted');
    // Not in the context of the request that is the first to be refused, for whose log line the last one would pass.
    const timer = loggers.exit(() => this.wait(code, QUIET_MS));
    const outage = { refused: 0, beganAt: now, lastAt: now, timer };
    this.outages.set(code, outage);
    return outage;
  }

  private wait(code: string, ms: number): Timer {
    return this.clock.setTimer(ms, () => this.endIfQuiet(code)).unref();
  }

  private endIfQuiet(code: string): void {
    const outage = this.outages.get(code)!;
    const left = outage.lastAt + QUIET_MS - this.clock.monotonicMs();
    if (left > 0) outage.timer = this.wait(code, left);
    else this.end(code);
  }

  private end(code: string): void {
    const { refused, beganAt, lastAt } = this.outages.get(code)!;
    this.outages.delete(code);
    const seconds = Math.round((lastAt - beganAt) / 1000);
    this.logger.info({ code, refused, seconds }, 'Requests are no longer refused with 503');
  }
}

/** What the error came from, and PostgreSQL's or the system's code for it. */
function causeOf(error: unknown): { cause?: string; sqlstate?: string; error_code?: string } {
  const cause = (error as { cause?: unknown } | undefined)?.cause;
  if (cause === undefined) return {};
  const { code } = ((cause as { driverError?: unknown }).driverError ?? cause) as { code?: unknown };
  const isText = typeof code === 'string';
  const isSqlState = isText && /^[0-9A-Z]{5}$/.test(code);
  return {
    cause: errorMessage(cause),
    ...(isSqlState ? { sqlstate: code } : isText ? { error_code: code } : {}),
  };
}

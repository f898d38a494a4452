import { AsyncResource } from 'node:async_hooks';
import type { OnApplicationShutdown } from '@nestjs/common';
import {
  bulkhead,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
  handleWhen,
  isBrokenCircuitError,
  isBulkheadRejectedError,
  retry,
  wrap,
  type BulkheadPolicy,
  type CircuitBreakerPolicy,
  type IBackoff,
  type IPolicy,
} from 'cockatiel';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../platform/common/clock';
import { abortedAfter } from '../../platform/common/with-timeout';
import type { Configuration } from '../../platform/config/configuration';
import { readCourtAnswer, unusable } from './court-answer';
import { CourtPool } from './court-pool';
import {
  PolicyDecisionPoint,
  type DecisionPointState,
  type PolicyDecision,
  type PolicyRequest,
} from '../policy-decision-point';

/** More of an answer than this is not read. */
const LARGEST_ANSWER = 64 * 1024;

/** The answer that could not be used, on its way through the circuit breaker, which counts failures by what is thrown. */
class NoAnswer extends Error {
  constructor(
    readonly judgement: PolicyDecision,
    readonly isConnectionFailure = false,
  ) {
    super(judgement.reason);
  }
}

/**
 * The Trifecta Court, over keep-alive HTTP. A bounded number of questions is before it at once and a bounded number waits; a
 * connection that fails is tried once more; after several questions in a row without a usable answer the court is left in peace
 * for a while and every question is `unreachable` at once.
 */
export class CourtDecisionPoint extends PolicyDecisionPoint implements OnApplicationShutdown {
  private readonly pool: CourtPool;
  private readonly path: string;
  private readonly places: BulkheadPolicy;
  private readonly breaker: CircuitBreakerPolicy;
  private readonly patience: IPolicy;
  private openedAt = 0;

  constructor(
    url: string,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
  ) {
    super();
    const { origin, pathname } = new URL(url);
    this.path = `${pathname.replace(/\/+$/, '')}/court/trifecta`;
    this.pool = new CourtPool(origin, { connections: configuration.TRIFECTA_COURT_MAX_CONCURRENT, pipelining: 1 });
    this.places = bulkhead(configuration.TRIFECTA_COURT_MAX_CONCURRENT, configuration.TRIFECTA_COURT_MAX_QUEUE);
    // cockatiel compares this with the time of day, which can be set back: by our clock it is over at once, or never.
    const isOver = (): boolean => this.isOverdue();
    const rest: IBackoff<unknown> = {
      get duration() {
        return isOver() ? -Infinity : Infinity;
      },
      next: () => rest,
    };
    this.breaker = circuitBreaker(handleAll, {
      halfOpenAfter: { next: () => rest },
      breaker: new ConsecutiveBreaker(configuration.TRIFECTA_COURT_BREAKER_FAILURES),
    });
    this.breaker.onBreak(() => (this.openedAt = this.clock.monotonicMs()));
    const onceMore = retry(
      handleWhen((error) => error instanceof NoAnswer && error.isConnectionFailure),
      { maxAttempts: 1 },
    );
    this.patience = wrap(this.breaker, onceMore);
  }

  async decide(question: PolicyRequest): Promise<PolicyDecision> {
    const deadline = this.clock.monotonicMs() + this.configuration.TRIFECTA_COURT_TIMEOUT_MS;
    // A question that had to wait is asked by the one that leaves its place; it shall still belong to its own request.
    const ask = AsyncResource.bind(() => this.askInTurn(question, deadline));
    const judgement = await this.places.execute(ask).catch(judgementOf);
    return { ...judgement, breakerState: this.breakerState() };
  }

  state(): DecisionPointState {
    const breaker = this.breakerState();
    return {
      status: breaker === 'open' ? 'down' : 'up',
      details: {
        breaker,
        asking: this.configuration.TRIFECTA_COURT_MAX_CONCURRENT - this.places.executionSlots,
        queued: this.queued(),
      },
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }

  /** The breaker itself changes to half-open only at the next request. */
  private breakerState(): string {
    if (this.breaker.state === CircuitState.Closed) return 'closed';
    return this.breaker.state === CircuitState.HalfOpen || this.isOverdue() ? 'half_open' : 'open';
  }

  private isOverdue(): boolean {
    return this.clock.monotonicMs() - this.openedAt >= this.configuration.TRIFECTA_COURT_BREAKER_RESET_MS;
  }

  private queued(): number {
    return this.configuration.TRIFECTA_COURT_MAX_QUEUE - this.places.queueSlots;
  }

  /** A request that has waited for a place as long as an answer may take is refused. */
  private async askInTurn(question: PolicyRequest, deadline: number): Promise<PolicyDecision> {
    if (this.clock.monotonicMs() > deadline) return unusable('too many questions are before the court');
    return abortedAfter(this.clock, this.configuration.TRIFECTA_COURT_TIMEOUT_MS, (signal) =>
      this.patience.execute(() => this.ask(question, signal)),
    );
  }

  /** Asks once. Redirects are answers like any other that is not a 200. Throws for want of a usable answer. */
  private async ask(question: PolicyRequest, signal: AbortSignal): Promise<PolicyDecision> {
    const { status, text } = await this.exchange(question, signal);
    const judgement = readCourtAnswer(status, text);
    if (judgement.outcome === 'indeterminate') throw new NoAnswer(judgement);
    return judgement;
  }

  private async exchange(
    { action, context }: PolicyRequest,
    signal: AbortSignal,
  ): Promise<{ status: number; text: string }> {
    try {
      const { statusCode: status, body } = await this.pool.request({
        method: 'POST',
        path: this.path,
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ action, context }),
        signal,
      });
      return { status, text: await textOf(body) };
    } catch (error) {
      if (error instanceof NoAnswer) throw error;
      if (signal.aborted) throw new NoAnswer(unusable('the court did not answer in time'));
      throw new NoAnswer(unusable('the court cannot be reached'), true);
    }
  }
}

async function textOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_ANSWER) {
      body.destroy();
      throw new NoAnswer(unusable(`the court's answer is larger than ${LARGEST_ANSWER} bytes`));
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function judgementOf(error: unknown): PolicyDecision {
  if (error instanceof NoAnswer) return error.judgement;
  if (isBrokenCircuitError(error)) return unusable('the court has not answered lately and is left in peace');
  if (isBulkheadRejectedError(error)) return unusable('too many questions are before the court');
  throw error;
}

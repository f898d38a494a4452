import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../common/clock';
import { TTL_MS } from './namespace';

const MOST_ANSWERS = 1_000;

/** A question that is being asked, and when it was. */
interface Asked {
  at: number;
  answer: Promise<unknown>;
}

/**
 * Answers that cost much and may be two seconds old, counted from when they were asked for. Each question is asked once for all who ask it
 * meanwhile. In this process, and unlike {@link TieredCache} without news of changes: what depends on the time as well has no change that
 * could tell of it.
 */
@Injectable()
export class SharedAnswers {
  private readonly underWay = new Map<string, Asked>();
  private readonly kept: LRUCache<string, { answer: unknown }>;

  constructor(private readonly clock: Clock) {
    const perf = { now: () => clock.monotonicMs() };
    this.kept = new LRUCache({ max: MOST_ANSWERS, ttl: TTL_MS, ttlResolution: 0, perf });
  }

  /** The answer to the question that `key` names, asked anew when the last one is too old. A failure is not kept. */
  async recent<T>(key: string, ask: () => Promise<T>): Promise<T> {
    return (this.held(key) as T | undefined) ?? this.together(key, () => this.keeping(key, ask));
  }

  /** The same for answers that may be large: those who ask while it is being worked out share it, and it is not kept. */
  together<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const now = this.clock.monotonicMs();
    const underWay = this.underWay.get(key);
    if (underWay && now - underWay.at < TTL_MS) return underWay.answer as Promise<T>;
    const answer = ask().finally(() => {
      if (this.underWay.get(key)?.answer === answer) this.underWay.delete(key);
    });
    this.underWay.set(key, { at: now, answer });
    return answer;
  }

  /** The last answer, if it is not too old. */
  held(key: string): unknown {
    return this.kept.get(key)?.answer;
  }

  /** What `ask` gives, which is held from then on if it `isKept`. */
  async keeping<T>(key: string, ask: () => Promise<T>, isKept: (answer: T) => boolean = () => true): Promise<T> {
    const start = this.clock.monotonicMs();
    const answer = await ask();
    if (isKept(answer)) this.kept.set(key, { answer }, { start });
    return answer;
  }
}

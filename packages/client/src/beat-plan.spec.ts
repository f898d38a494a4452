import { Random } from '../../../test/support/random';
import { BeatPlan, type BeatFailure } from './beat-plan';

const SECOND = 1000;
const NO_ANSWER: BeatFailure = { retryAfterMs: 0, isRepeatable: true };
const REFUSED: BeatFailure = { retryAfterMs: 0, isRepeatable: false };

/** A plan that was made at 0 of beats a second apart, and whose random numbers are these, one after the other, and then 0.5. */
function planOf(...numbers: number[]): BeatPlan {
  return new BeatPlan(0, SECOND, () => numbers.shift() ?? 0.5);
}

describe('The plan of heartbeats', () => {
  it.each([
    [0, 0],
    [0.25, 250],
    [0.999, 999],
  ])('has the first one due at any time within an interval: %d of it at %d ms', (random, ms) => {
    expect(planOf(random).next).toBe(ms);
  });

  it.each([
    [0, 900],
    [0.5, 1000],
    [1, 1100],
  ])('has the next one due an interval after the last was due, give or take a tenth: %d at %d ms', (random, ms) => {
    const plan = planOf(0, random);
    plan.succeeded(700, SECOND); // answered late
    expect(plan.next).toBe(ms);
  });

  it('goes by the interval of the last answer', () => {
    const plan = planOf(0);
    plan.succeeded(10, 5 * SECOND);
    expect(plan.next).toBe(5000);
  });

  it('leaves out those that fell due while an answer was awaited', () => {
    const plan = planOf(0);
    plan.succeeded(1700, SECOND);
    expect(plan.next).toBe(2000);
  });

  it('gives one that was held up for more than two intervals a new place within one', () => {
    const places = [0, 0.5, 0.999].map((random) => {
      const plan = planOf(0, random);
      plan.succeeded(60_000, SECOND);
      return plan.next;
    });
    expect(places).toEqual([60_000, 60_500, 60_001]);
  });

  it.each([
    [0, 350],
    [0.5, 600],
    [1, 850],
  ])('repeats one that got no answer a quarter to three quarters of an interval later: %d at %d ms', (random, ms) => {
    const plan = planOf(0, random);
    plan.failed(100, SECOND, NO_ANSWER);
    expect(plan.next).toBe(ms);
  });

  it('repeats once, and then keeps to the places that it had', () => {
    const plan = planOf(0);
    const planned: number[] = [];
    for (let failures = 0; failures < 5; failures++) {
      plan.failed(plan.next + 100, SECOND, NO_ANSWER);
      planned.push(plan.next);
    }
    expect(planned).toEqual([600, 1000, 2000, 3000, 4000]);
    plan.succeeded(4010, SECOND);
    plan.failed(5010, SECOND, NO_ANSWER);
    expect(plan.next).toBe(5510); // after one that was taken, the next may be repeated again
  });

  it('repeats one of long intervals as soon as one of ten seconds', () => {
    const plan = new BeatPlan(0, 3600 * SECOND, () => 0);
    plan.failed(100, 3600 * SECOND, NO_ANSWER);
    expect(plan.next).toBe(2600);
  });

  it('does not repeat what would be refused again', () => {
    const plan = planOf(0);
    plan.failed(100, SECOND, REFUSED);
    expect(plan.next).toBe(1000);
  });

  it('sends nothing before Retry-After is over, and then at the first of its places', () => {
    const plan = planOf(0.25);
    plan.failed(260, SECOND, { retryAfterMs: 2500, isRepeatable: true });
    expect(plan.next).toBe(3250);
  });
});

describe('The plans of a fleet', () => {
  const SESSIONS = 500;
  const BUCKET_MS = SECOND / 10;
  /** Beats in a bucket, were they spread evenly. */
  const EVEN = SESSIONS / 10;

  /** Beats of all sessions in each tenth of an interval; `failure` says what becomes of one that is sent at that time. */
  function beatsOf(seconds: number, failure: (at: number) => BeatFailure | undefined): number[] {
    const random = new Random(20_261_126);
    const buckets = Array.from({ length: (seconds * SECOND) / BUCKET_MS }, () => 0);
    for (let session = 0; session < SESSIONS; session++) {
      const plan = new BeatPlan(0, SECOND, () => random.next());
      for (let at = plan.next; at < seconds * SECOND; at = plan.next) {
        buckets[Math.floor(at / BUCKET_MS)]!++;
        const fault = failure(at);
        if (fault) plan.failed(at + 5, SECOND, fault);
        else plan.succeeded(at + 5, SECOND);
      }
    }
    return buckets;
  }

  const around = (factor: number): number => factor * EVEN;
  const during = (buckets: number[], from: number, to: number): number[] => buckets.slice(from * 10, to * 10);
  const sum = (buckets: number[]): number => buckets.reduce((total, count) => total + count, 0);

  it('are spread evenly from the first interval on', () => {
    const buckets = beatsOf(20, () => undefined);
    expect(Math.max(...buckets)).toBeLessThan(around(1.6));
    expect(Math.min(...buckets)).toBeGreaterThan(around(0.4));
  });

  it.each<[string, BeatFailure]>([
    ['no answer', NO_ANSWER],
    ['503 with Retry-After', { retryAfterMs: 2000, isRepeatable: true }],
  ])('stay so through an outage of ten intervals, and after it: %s', (_, fault) => {
    const buckets = beatsOf(30, (at) => (at >= 10_000 && at < 20_000 ? fault : undefined));
    expect(Math.max(...buckets)).toBeLessThan(around(2.5)); // in step, they would all beat in one
    expect(sum(during(buckets, 10, 20))).toBeLessThan(2 * 10 * SESSIONS);
    expect(Math.max(...during(buckets, 20, 30))).toBeLessThan(around(1.6));
    expect(Math.min(...during(buckets, 22, 30))).toBeGreaterThan(around(0.4));
  });
});

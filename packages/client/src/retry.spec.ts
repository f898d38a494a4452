import { apiError, ConnectionError, TimeoutError } from './errors';
import { mayRetry, pause, pauseMs, retryAfterMs, within } from './retry';

const status = (code: number, retryAfter?: number): Error =>
  apiError({ status: code, body: undefined, retryAfterMs: retryAfter });

describe('mayRetry', () => {
  it.each<[string, Error, boolean, boolean]>([
    // what happened, the error, whether to repeat what can be repeated, and what cannot
    ['no answer', new ConnectionError('reset'), true, false],
    ['no answer in time', new TimeoutError(10), true, false],
    ['502', status(502), true, false],
    ['503', status(503), true, false],
    ['504', status(504), true, false],
    ['429: it was not done', status(429), true, true],
    ['400', status(400), false, false],
    ['401', status(401), false, false],
    ['403', status(403), false, false],
    ['404', status(404), false, false],
    ['409', status(409), false, false],
    ['412', status(412), false, false],
    ['422', status(422), false, false],
    ['500', status(500), false, false],
    ['an abort', new DOMException('aborted', 'AbortError'), false, false],
  ])('%s', (_, error, repeatable, unrepeatable) => {
    expect(mayRetry(error, true)).toBe(repeatable);
    expect(mayRetry(error, false)).toBe(unrepeatable);
  });
});

describe('pauseMs', () => {
  const backoff = { firstMs: 200, longestMs: 1000 };

  it.each([
    [1, 200],
    [2, 400],
    [3, 800],
    [4, 1000],
    [50, 1000],
  ])('after %i failures is anything up to %i ms', (failures, most) => {
    expect(pauseMs(failures, status(503), backoff, () => 0)).toBe(0);
    expect(pauseMs(failures, status(503), backoff, () => 0.5)).toBe(most / 2);
    expect(pauseMs(failures, status(503), backoff, () => 1)).toBe(most);
  });

  it('comes on top of what the service asked for', () => {
    expect(pauseMs(1, status(503, 2000), backoff, () => 0.5)).toBe(2100);
    expect(pauseMs(1, new ConnectionError('reset'), backoff, () => 0.5)).toBe(100);
  });
});

it.each<[string | null, number | undefined]>([
  [null, undefined],
  ['0', 0],
  ['120', 120_000],
  ['Sun, 06 Nov 1994 08:50:37 GMT', 60_000],
  ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
  ['soon', undefined],
  ['-1e3', undefined],
])('Retry-After: %s is %s ms', (header, ms) => {
  expect(retryAfterMs(header, Date.parse('1994-11-06T08:49:37Z'))).toBe(ms);
});

describe('What waits', () => {
  const never = new Promise<never>(() => undefined);

  it('ends with the reason of its signal, before and in the middle', async () => {
    const reason = new Error('enough');
    await expect(pause(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    await expect(within(60_000, never, AbortSignal.abort(reason))).rejects.toBe(reason);
    const later = new AbortController();
    const waiting = [pause(60_000, later.signal), within(60_000, never, later.signal)];
    later.abort(reason);
    for (const each of waiting) await expect(each).rejects.toBe(reason);
  });

  it('ends by itself', async () => {
    await pause(1);
    await expect(within(1, never)).rejects.toBeInstanceOf(TimeoutError);
    await expect(within(60_000, Promise.resolve('done'))).resolves.toBe('done');
    await expect(within(60_000, Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  });
});

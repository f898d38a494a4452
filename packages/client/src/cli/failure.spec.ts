import { apiError, ConnectionError } from '../errors';
import { describeFailure, reasonOf } from './failure';
import { UsageError } from './usage-error';

const answer = (status: number, code?: string, errors: object[] = []) =>
  apiError({ status, body: code && { code, title: 'T', detail: 'why', errors }, requestId: 'r-1' });

describe('describeFailure', () => {
  it.each([
    [new UsageError('one\ntwo'), 2, ['one', 'two']],
    [
      new ConnectionError('no answer', { cause: new Error('connect ECONNREFUSED') }),
      3,
      ['no answer: connect ECONNREFUSED'],
    ],
    [answer(429, 'rate_limited'), 3, ['429 rate_limited: why']],
    [answer(503, 'store_unavailable'), 3, ['503 store_unavailable: why', 'request id r-1']],
    [answer(502), 3, ['502 http_502: HTTP 502', 'request id r-1']],
    [answer(500, 'internal_error'), 1, ['500 internal_error: why', 'request id r-1']],
    [answer(404, 'agent_not_found'), 4, ['404 agent_not_found: why']],
    [answer(404, 'agent_deregistered'), 4, ['404 agent_deregistered: why']],
    [answer(404, 'route_not_found'), 1, ['404 route_not_found: why', 'is the URL the root of an agent registry?']],
    [answer(403, 'governance_denied'), 1, ['403 governance_denied: why']],
    [answer(409, 'illegal_transition'), 1, ['409 illegal_transition: why']],
    [
      answer(400, 'validation_failed', [
        { field: 'name', message: 'is required' },
        { field: '', message: 'is odd' },
      ]),
      1,
      ['400 validation_failed', 'name: is required', 'is odd'],
    ],
    [new TypeError('x is not a function'), 70, ['this is a defect of the program: x is not a function']],
  ])('%s: %d', (error, code, lines) => expect(describeFailure(error)).toEqual({ lines, code }));
});

describe('reasonOf', () => {
  it('says once what an error repeats of its cause, and the first reason of several attempts', () => {
    const attempts = new AggregateError([new Error('connect ECONNREFUSED ::1:1'), new Error('another')], '');
    const failed = new TypeError('fetch failed', { cause: attempts });
    const told = new ConnectionError('GET /agents: connect ECONNREFUSED ::1:1', { cause: failed });
    expect(reasonOf(told)).toBe('GET /agents: connect ECONNREFUSED ::1:1');
    expect(reasonOf(failed)).toBe('connect ECONNREFUSED ::1:1');
  });
});

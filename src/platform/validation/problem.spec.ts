import { BadRequestException, HttpException, NotFoundException, ServiceUnavailableException } from '@nestjs/common';
import * as fc from 'fast-check';
import { DomainError, rejectIfAny, validationError, type ErrorKind } from './domain-error';
import { problemOf } from './problem';

const STATUS: [ErrorKind, number, string][] = [
  ['invalid', 400, 'Bad Request'],
  ['unauthorized', 401, 'Unauthorized'],
  ['forbidden', 403, 'Forbidden'],
  ['not_found', 404, 'Not Found'],
  ['method_not_allowed', 405, 'Method Not Allowed'],
  ['conflict', 409, 'Conflict'],
  ['precondition_failed', 412, 'Precondition Failed'],
  ['too_large', 413, 'Content Too Large'],
  ['unsupported_media_type', 415, 'Unsupported Media Type'],
  ['unprocessable', 422, 'Unprocessable Content'],
  ['unavailable', 503, 'Service Unavailable'],
];

/** As the packages below Express throw them. */
const httpError = (status: number, message: string, expose = status < 500): Error =>
  Object.assign(new Error(message), { status, statusCode: status, expose });

describe('problemOf', () => {
  it.each(STATUS)('answers an error of kind %s with %d', (kind, status, title) => {
    const { status: answered, body } = problemOf(new DomainError(kind, 'some_code', 'what happened'), 'r-1');
    expect(answered).toBe(status);
    expect(body).toEqual({
      type: 'urn:problem-type:agent-registry:some_code',
      title,
      status,
      detail: 'what happened',
      code: 'some_code',
      request_id: 'r-1',
      error: 'what happened',
      errors: [],
    });
  });

  it('is problem+json', () => {
    expect(problemOf(new Error('x'), 'r').headers['content-type']).toBe('application/problem+json; charset=utf-8');
  });

  it('passes on headers, violations and further members', () => {
    const errors = [{ field: 'name', message: 'is required' }];
    const extras = { errors, headers: { allow: 'GET' }, members: { verdict: { law: 'x' } } };
    const { headers, body } = problemOf(new DomainError('forbidden', 'denied', 'no', extras), 'r');
    expect(headers).toMatchObject({ allow: 'GET' });
    expect(body).toMatchObject({ errors, verdict: { law: 'x' } });
  });

  it('lets no further member take the place of one that every problem has', () => {
    const members = {
      status: 200,
      code: 'x',
      request_id: 'x',
      error: 'x',
      detail: 'x',
      type: 'x',
      title: 'x',
      errors: 1,
    };
    const plain = problemOf(new DomainError('conflict', 'c', 'd'), 'r').body;
    expect(problemOf(new DomainError('conflict', 'c', 'd', { members }), 'r').body).toEqual(plain);
  });

  it('says when to ask again with every 503', () => {
    expect(problemOf(new DomainError('unavailable', 'store_unavailable', 'x'), 'r').headers['retry-after']).toMatch(
      /^[1-9]\d*$/,
    );
    expect(problemOf(new ServiceUnavailableException(), 'r').headers['retry-after']).toMatch(/^[1-9]\d*$/);
  });

  it('keeps a Retry-After that the error brings', () => {
    const headers = { 'retry-after': '30' };
    expect(problemOf(new DomainError('unavailable', 'c', 'x', { headers }), 'r').headers['retry-after']).toBe('30');
  });

  it('has no Retry-After otherwise', () => {
    expect(problemOf(new DomainError('conflict', 'c', 'x'), 'r').headers).not.toHaveProperty('retry-after');
    expect(problemOf(new Error('x'), 'r').headers).not.toHaveProperty('retry-after');
  });

  it.each<[string, unknown, number, string]>([
    ['a malformed escape in a path', new URIError('URI malformed'), 400, 'malformed_request'],
    ['a bad request of Nest', new BadRequestException('why'), 400, 'malformed_request'],
    ['an unknown route of Nest', new NotFoundException(), 404, 'route_not_found'],
    ['an unavailable service of Nest', new ServiceUnavailableException(), 503, 'unavailable'],
    ['a body that broke off', httpError(400, 'request aborted'), 400, 'malformed_request'],
    ['a file outside of the root', httpError(403, 'Forbidden'), 403, 'forbidden'],
    ['a body that is too large', httpError(413, 'request entity too large'), 413, 'payload_too_large'],
    ['an unknown encoding', httpError(415, 'unsupported content encoding'), 415, 'unsupported_media_type'],
  ])('recognises %s', (_, thrown, status, code) => {
    const { status: answered, body } = problemOf(thrown, 'r');
    expect([answered, body.status, body.code]).toEqual([status, status, code]);
    expect(body.detail).toBe((thrown as Error).message);
  });

  it('blames the client, not the service, for every 4xx of a framework', () => {
    const statuses = Array.from({ length: 100 }, (_, index) => 400 + index);
    const answered = (thrownFor: (status: number) => unknown): number[] =>
      statuses.map((status) => problemOf(thrownFor(status), 'r').body.status);
    expect(answered((status) => httpError(status, 'why'))).toEqual(statuses);
    expect(answered((status) => new HttpException('why', status))).toEqual(statuses);
  });

  describe('of what nobody foresaw', () => {
    const secret = 'postgres://admin:hunter2@db.internal/registry';
    const leaky = (more: object = {}): Error =>
      Object.assign(new Error(secret), {
        sql: secret,
        detail: secret,
        code: '23505',
        hostname: secret,
        errors: [{ field: secret, message: secret }],
        headers: { 'x-secret': secret },
        members: { secret },
        ...more,
      });

    it.each<[string, unknown]>([
      ['an error', leaky()],
      ['an error with a cause', new Error('outer', { cause: leaky() })],
      ['an error that must not be shown', leaky({ status: 400, expose: false })],
      ['a 500 of Nest', new HttpException(secret, 500)],
      ['a 502 of Nest', new HttpException(secret, 502)],
      ['a string', secret],
      ['an object', { message: secret, status: '400', expose: true }],
      ['null', null],
      ['undefined', undefined],
    ])('tells nothing but that it happened: %s', (_, thrown) => {
      const answer = problemOf(thrown, 'r-1');
      expect(answer.status).toBe(500);
      expect(answer.body).toEqual({
        type: 'urn:problem-type:agent-registry:internal_error',
        title: 'Internal Server Error',
        status: 500,
        detail: 'The request could not be processed; the service logged why.',
        code: 'internal_error',
        request_id: 'r-1',
        error: 'The request could not be processed; the service logged why.',
        errors: [],
      });
      expect(JSON.stringify(answer)).not.toContain('hunter2');
    });

    it('has a body that is JSON, whatever was thrown', () => {
      fc.assert(
        fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withObjectString: true }), (thrown) => {
          const { status, body } = problemOf(thrown, 'r');
          expect(JSON.parse(JSON.stringify(body))).toEqual(body);
          expect(status).toBe(body.status);
        }),
      );
    });
  });
});

describe('validationError', () => {
  const violation = (index: number) => ({ field: `f${index}`, message: 'is wrong' });
  const violations = (count: number) => Array.from({ length: count }, (_, index) => violation(index));

  it.each([
    [1, 'f0 is wrong'],
    [3, 'f0 is wrong; f1 is wrong; f2 is wrong'],
    [4, 'f0 is wrong; f1 is wrong; f2 is wrong; and 1 more'],
    [250, 'f0 is wrong; f1 is wrong; f2 is wrong; and 247 more'],
  ])('sums up %d violations', (count, detail) => {
    expect(validationError(violations(count))).toMatchObject({ code: 'validation_failed', message: detail });
  });

  it('lists a hundred violations and counts the others', () => {
    expect(validationError(violations(100)).errors).toEqual(violations(100));
    const { errors, message } = validationError(violations(250));
    expect(message).toMatch(/and 247 more$/);
    expect(errors.slice(0, 100)).toEqual(violations(100));
    expect(errors).toHaveLength(100);
  });

  it('names a field in every entry', () => {
    const { errors, message } = validationError(violations(250));
    expect(message).toMatch(/and 247 more$/);
    expect(errors.filter(({ field }) => field === '')).toEqual([]);
  });

  it('is thrown for one violation and not for none', () => {
    expect(() => rejectIfAny([])).not.toThrow();
    expect(() => rejectIfAny(violations(1))).toThrow('f0 is wrong');
  });
});

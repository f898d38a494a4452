import * as fc from 'fast-check';
import { parseHeartbeat as parse, type ParsedHeartbeat } from './heartbeat-body';

const parseHeartbeat = (body: unknown): ParsedHeartbeat => parse(body, { degraded: 90, unhealthy: 98 });

describe('parseHeartbeat', () => {
  it('makes something of any JSON, and never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        const parsed = parseHeartbeat(body);
        if ('errors' in parsed) expect(parsed.errors.length).toBeGreaterThan(0);
        else
          expect(Object.keys(parsed).filter((name) => !['report', 'readiness', 'incarnation'].includes(name))).toEqual(
            [],
          );
      }),
    );
  });

  it('gives back every figure of a valid report, wrapped or not', () => {
    const figures = fc.record(
      {
        cpu_percent: fc.double({ min: 0, max: 100, noNaN: true }),
        memory_percent: fc.double({ min: 0, max: 100, noNaN: true }),
        active_connections: fc.nat(),
        error_count: fc.nat(),
        uptime_seconds: fc.double({ min: 0, max: 1e9, noNaN: true }),
        status: fc.constantFrom('healthy', 'degraded', 'unhealthy', 'unknown'),
      },
      { requiredKeys: ['cpu_percent'] },
    );
    fc.assert(
      fc.property(figures, fc.boolean(), (report, isWrapped) => {
        expect(parseHeartbeat(isWrapped ? { health: report } : report)).toEqual({
          report: expect.objectContaining(report),
        });
      }),
    );
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('knows no field %s', (name) => {
    const body = JSON.parse(`{"${name}":1}`) as unknown;
    expect(parseHeartbeat(body)).toEqual({ errors: [{ field: name, message: 'is not a known property' }] });
    expect(parseHeartbeat({ health: body })).toEqual({
      errors: [{ field: `health.${name}`, message: 'is not a known property' }],
    });
  });

  it.each<[object, object]>([
    [{ ready: true }, { readiness: { ready: true } }],
    [{ ready: false, health: null }, { readiness: { ready: false } }],
    [
      { load: 0.1234567, cpu_percent: 1 },
      { readiness: { load: 0.123457 }, report: { status: 'healthy', cpu_percent: 1 } },
    ],
    [
      { load: 0, ready: null, health: { error_count: 1 } },
      { readiness: { load: 0 }, report: { status: 'healthy', error_count: 1 } },
    ],
    [{ ready: null, load: null }, {}],
    [{ health: {} }, {}],
    [{ incarnation: 'x'.repeat(64), health: null }, { incarnation: 'x'.repeat(64) }],
    [{ incarnation: null, load: 1 }, { readiness: { load: 1 } }],
  ])('reads %j', (body, content) => {
    expect(parseHeartbeat(body)).toEqual(content);
  });

  it('tells all that is wrong, beside the report and in it', () => {
    const parsed = parseHeartbeat({ ready: 1, colour: 'red', health: { cpu_percent: -1 }, load: 2 });
    expect('errors' in parsed && parsed.errors.map(({ field }) => field)).toEqual([
      'ready',
      'colour',
      'load',
      'health.cpu_percent',
    ]);
  });

  it.each([
    ['an incarnation of 65 characters', { incarnation: 'x'.repeat(65) }],
    ['an incarnation without a character', { incarnation: '' }],
    ['an incarnation that is no text', { incarnation: 7, health: {} }],
    ['metrics of 17 KiB', { metrics: { text: 'x'.repeat(17 * 1024) } }],
    ['metrics of 9 levels', { metrics: { a: { a: { a: { a: { a: { a: { a: { a: {} } } } } } } } } }],
    ['a figure that is text', { cpu_percent: '15' }],
    ['a message of 501 characters', { message: 'x'.repeat(501) }],
    ['a message that is no text', { message: 5 }],
  ])('refuses %s', (_, body) => {
    expect(parseHeartbeat(body)).toHaveProperty('errors');
  });

  it('keeps a message of 500 characters, whatever they are', () => {
    const message = '\u{1f600}'.repeat(500);
    expect(parseHeartbeat({ message })).toEqual({ report: { status: 'healthy', message } });
  });

  it.each([
    [69, { degraded: 70, unhealthy: 80 }, 'healthy'],
    [70, { degraded: 70, unhealthy: 80 }, 'degraded'],
    [80, { degraded: 70, unhealthy: 80 }, 'unhealthy'],
    [80, { degraded: 80, unhealthy: 80 }, 'unhealthy'],
  ])('makes of %d %% with %j that the agent is %s', (memory_percent, thresholds, status) => {
    expect(parse({ memory_percent }, thresholds)).toMatchObject({ report: { status } });
  });
});

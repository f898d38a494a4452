import * as fc from 'fast-check';
import type { HealthReport } from '../agent/agent-health';
import { HeartbeatBuffer } from './heartbeat-buffer';

const report = (cpu_percent: number): HealthReport => ({ status: 'healthy', cpu_percent });

describe('HeartbeatBuffer', () => {
  it('keeps one entry an agent: the latest time, and the latest report', () => {
    const beats = new HeartbeatBuffer();
    beats.record('a', 1, report(1));
    beats.record('a', 2);
    beats.record('b', 3);
    expect(beats.size).toBe(2);
    expect(beats.get('a')).toMatchObject({ at: 2, report: report(1), reportedAt: 1 });
    expect(beats.get('b')).toEqual({ at: 3, since: 3 });
    expect(beats.oldest()).toBe(1);
  });

  it('shows a beat while it is being written, under a newer one too', () => {
    const beats = new HeartbeatBuffer();
    beats.record('a', 1, report(1));
    expect([...beats.drain().keys()]).toEqual(['a']);
    expect(beats.get('a')).toMatchObject({ at: 1, report: report(1), reportedAt: 1 });
    beats.record('a', 2);
    expect(beats.get('a')).toMatchObject({ at: 2, report: report(1), reportedAt: 1 });
    beats.record('a', 3, report(3));
    expect(beats.get('a')).toMatchObject({ at: 3, report: report(3), reportedAt: 3 });
    beats.commit('all');
    expect(beats.get('a')).toMatchObject({ at: 3, report: report(3), reportedAt: 3 });
  });

  it('has the readiness of the latest beat, also when that says nothing', () => {
    const beats = new HeartbeatBuffer();
    beats.record('a', 1, report(1), { ready: false, load: 0.5 });
    expect(beats.get('a')).toMatchObject({ ready: false, load: 0.5 });
    beats.drain();
    expect(beats.get('a')).toMatchObject({ ready: false, load: 0.5 });
    beats.record('a', 2);
    expect(beats.get('a')).toMatchObject({ report: report(1), ready: undefined, load: undefined });
    beats.commit(new Set());
    expect(beats.get('a')).toMatchObject({ report: report(1), ready: undefined, load: undefined });
    beats.record('a', 3, undefined, { ready: true });
    expect(beats.get('a')).toMatchObject({ report: report(1), ready: true, load: undefined });
  });

  it('has what was not written wait for the next flush, and loses no report to a newer beat without one', () => {
    const beats = new HeartbeatBuffer();
    for (const id of ['written', 'waiting', 'newer', 'reported']) beats.record(id, 1, report(1));
    beats.drain();
    beats.record('newer', 2);
    beats.record('reported', 2, report(2));
    beats.commit(new Set(['written']));
    expect(beats.get('written')).toBeUndefined();
    expect(beats.get('waiting')).toMatchObject({ at: 1, report: report(1), reportedAt: 1 });
    expect(beats.get('newer')).toMatchObject({ at: 2, report: report(1), reportedAt: 1 });
    expect(beats.get('reported')).toMatchObject({ at: 2, report: report(2), reportedAt: 2 });
    expect(beats.oldest()).toBe(1);
  });

  it('hands out the latest of every agent in the end, however flushes fail in between', () => {
    const step = fc.oneof(
      fc.record({ beat: fc.constantFrom('a', 'b', 'c'), cpu: fc.option(fc.nat(100), { nil: undefined }) }),
      fc.record({ flushed: fc.subarray(['a', 'b', 'c']) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const beats = new HeartbeatBuffer();
        const latest = new Map<string, { at: number; cpu?: number }>();
        const table = new Map<string, { at: number; cpu?: number }>();
        const write = (ids: readonly string[]): void => {
          const drained = beats.drain();
          for (const id of ids) {
            const beat = drained.get(id);
            if (beat) table.set(id, { at: beat.at, cpu: beat.report?.cpu_percent ?? table.get(id)?.cpu });
          }
          beats.commit(new Set(ids));
        };
        steps.forEach((each, at) => {
          if ('flushed' in each) return write(each.flushed);
          beats.record(each.beat, at, each.cpu === undefined ? undefined : report(each.cpu));
          latest.set(each.beat, { at, cpu: each.cpu ?? latest.get(each.beat)?.cpu });
        });
        write(['a', 'b', 'c']);
        expect(table).toEqual(latest);
      }),
    );
  });
});

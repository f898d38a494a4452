import * as fc from 'fast-check';
import type { AgentEvent } from '../agent-event';
import { EventWindow } from './event-window';

const event = (revision: number, size = 0): AgentEvent => ({
  revision: String(revision),
  agentId: 'a',
  type: 'updated',
  cause: 'operator',
  actor: null,
  requestId: null,
  clientRequestId: null,
  occurredAt: new Date(0),
  from: null,
  to: null,
  reason: null,
  data: { filling: 'x'.repeat(size) },
});
const revisionsOf = (events: AgentEvent[]): number[] => events.map(({ revision }) => Number(revision));

describe('The window over the event log', () => {
  it('gives what comes after a revision, whether that is of an event or not', () => {
    const window = new EventWindow({ events: 10, bytes: 1e6 });
    window.restart(3n);
    window.add([event(5), event(6), event(9)]);
    expect(revisionsOf(window.after(3n, 10))).toEqual([5, 6, 9]);
    expect(revisionsOf(window.after(5n, 10))).toEqual([6, 9]);
    expect(revisionsOf(window.after(7n, 10))).toEqual([9]);
    expect(revisionsOf(window.after(9n, 10))).toEqual([]);
    expect(revisionsOf(window.after(3n, 2))).toEqual([5, 6]);
  });

  it('lets the oldest go when there are too many, and begins after the last of those', () => {
    const window = new EventWindow({ events: 2, bytes: 1e6 });
    window.add([event(5), event(6), event(9)]);
    expect(window.start).toBe(5n);
    expect(revisionsOf(window.after(window.start, 10))).toEqual([6, 9]);
  });

  it('lets the oldest go when they are too large, and one that alone is too large', () => {
    const window = new EventWindow({ events: 10, bytes: 5_000 });
    window.add([event(1, 2_000), event(2, 2_000)]);
    expect(window.start).toBe(1n);
    window.add([event(3, 9_000)]);
    expect(window.start).toBe(3n);
    expect(window.size).toEqual({ events: 0, bytes: 0 });
  });

  it('has all that came after its start, whatever its bounds', () => {
    const batches = fc.array(fc.array(fc.record({ skip: fc.nat(3), size: fc.nat(3_000) }), { maxLength: 5 }));
    fc.assert(
      fc.property(batches, fc.nat(6), fc.nat(9_000), (given, events, bytes) => {
        const window = new EventWindow({ events, bytes });
        const added: number[] = [];
        let last = 0;
        for (const batch of given) {
          const made = batch.map(({ skip, size }) => event((last += 1 + skip), size));
          added.push(...revisionsOf(made));
          window.add(made);
          expect(window.size.events).toBeLessThanOrEqual(events);
          expect(window.size.bytes).toBeLessThanOrEqual(bytes);
          const expected = added.filter((revision) => revision > window.start);
          expect(revisionsOf(window.after(window.start, 1_000))).toEqual(expected);
        }
      }),
    );
  });
});

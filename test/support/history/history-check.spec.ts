import type { Call } from './call';
import { faultsOf, type AgentRow, type LoggedEvent } from './history-check';

interface History {
  calls: Call[];
  events: LoggedEvent[];
  row: AgentRow;
}

const START = 1_000_000;

/** A whole life that is as it should be: every kind of change, one unanswered that happened, one that did not, one refused. */
function rightHistory(): History {
  const calls: Call[] = [];
  const call = (kind: Call['kind'], more: Partial<Call> = {}): void => {
    const sentAt = START + calls.length * 100;
    calls.push({
      agent: 'agent',
      kind,
      mark: `call-${calls.length}`,
      replica: 0,
      sentAt,
      answeredAt: sentAt + 10,
      outcome: 'done',
      status: 200,
      ...more,
    });
  };
  const events: LoggedEvent[] = [];
  let name = '';
  const event = (
    type: string,
    from: string | null,
    to: string | null,
    during: number,
    more: Partial<LoggedEvent> = {},
  ): void => {
    if (type === 'registered' || type === 'updated') name = `call-${during}`;
    const data = { name, generation: events.length + 1, silent_seconds: 5 };
    events.push({
      type,
      occurredAt: START + during * 100 + 5,
      from,
      to,
      cause: 'operator',
      reason: null,
      data,
      ...more,
    });
  };
  call('register'); // 0
  event('registered', null, 'active', 0);
  call('merge', { ifMatch: '"1-x"', etag: '"2-x"' }); // 1
  event('updated', null, null, 1);
  call('merge', { outcome: 'unknown', status: undefined }); // 2, happened
  event('updated', null, null, 2);
  call('merge', { outcome: 'unknown', status: 503 }); // 3, did not
  event('status_changed', 'active', 'unhealthy', 3, { cause: 'silence' });
  call('beat'); // 4
  event('status_changed', 'unhealthy', 'active', 4, { cause: 'heartbeat' });
  call('merge', { outcome: 'refused', status: 412, code: 'precondition_failed', ifMatch: '"3-x"' }); // 5
  call('maintenance'); // 6
  event('status_changed', 'active', 'maintenance', 6, { reason: 'call-6' });
  call('deregister'); // 7
  event('deregistered', 'maintenance', 'deregistered', 7);
  call('register'); // 8
  event('registered', 'deregistered', 'active', 8);
  call('deregister', { outcome: 'unknown', status: 503 }); // 9, happened
  event('deregistered', 'active', 'deregistered', 9);
  return { calls, events, row: { name: 'call-8', status: 'deregistered', generation: 9, isDeregistered: true } };
}

const faults = ({ calls, events, row }: History): string =>
  faultsOf(calls, events, row, { silenceSeconds: 3 }).join('\n');

/** Takes events out and leaves no gap in the generations, as a service that never wrote them. */
function withoutEvent(history: History, at: number): void {
  history.events.splice(at, 1);
  renumber(history);
}

function renumber({ events, row }: History): void {
  events.forEach(({ data }, index) => (data.generation = index + 1));
  row.generation = events.length;
}

function swap(items: unknown[], one: number, other: number): void {
  [items[one], items[other]] = [items[other], items[one]];
}

describe('The check of an agent’s event log', () => {
  it('finds nothing wrong with what is right', () => {
    expect(faults(rightHistory())).toBe('');
    expect(faultsOf([], [], undefined, { silenceSeconds: 3 })).toEqual([]);
  });

  it('lets a deregistration that nobody acknowledged happen late', () => {
    const history = rightHistory();
    const { calls } = history;
    calls.splice(7, 1, { ...calls[7]!, outcome: 'unknown' }); // its event is between those of 6 and 8, as before
    expect(faults(history)).toBe('');
  });

  it.each<[string, RegExp, (history: History) => unknown]>([
    ['an event missing in the middle', /missing or out of order/, ({ events }) => events.splice(2, 1)],
    ['the last event missing', /the row's generation is 9/, ({ events }) => events.pop()],
    ['events out of order', /missing or out of order/, ({ events }) => swap(events, 1, 2)],
    [
      'an acknowledged change without its event',
      /acknowledged without an event: call merge call-1 /,
      (history) => withoutEvent(history, 1),
    ],
    [
      'an acknowledged deregistration without its event',
      /acknowledged without an event: call deregister call-7 /,
      (history) => withoutEvent(history, 6),
    ],
    [
      'events in another order than the acknowledgements',
      /out of order: call merge call-1 .* call merge call-2 /,
      (history) => {
        swap(history.events, 1, 2);
        renumber(history);
      },
    ],
    [
      'a deregistration before the change that came before it',
      /nobody asked for event 7 deregistered/,
      ({ calls }) => {
        Object.assign(calls[7]!, { sentAt: START - 100, answeredAt: START - 90 });
      },
    ],
    [
      'a change that happened twice',
      /happened twice: call merge call-1 /,
      (history) => {
        history.events.splice(2, 0, structuredClone(history.events[1]!));
        renumber(history);
      },
    ],
    [
      'an unanswered change that happened twice',
      /happened twice: call merge call-2 /,
      (history) => {
        history.events.splice(3, 0, structuredClone(history.events[2]!));
        renumber(history);
      },
    ],
    [
      'a refused change that happened',
      /refused, and happened: call merge call-1 /,
      ({ calls }) => (calls[1]!.outcome = 'refused'),
    ],
    [
      'a change that nobody asked for',
      /nobody asked for event 3 updated/,
      ({ events }) => (events[2]!.data.name = 'somebody'),
    ],
    ['a deregistration that nobody asked for', /nobody asked for event 9 deregistered/, ({ calls }) => calls.pop()],
    ['a switch that nobody asked for', /nobody asked for event 6 status_changed/, ({ calls }) => calls.splice(6, 1)],
    ['a lost update', /lost update, .* call merge call-1 /, ({ calls }) => (calls[1]!.ifMatch = '"7-x"')],
    [
      'an answer that speaks of another change',
      /speaks of another change: call merge call-1 /,
      ({ calls }) => (calls[1]!.etag = '"3-x"'),
    ],
    [
      'If-Match refused although nothing had changed',
      /refused by If-Match, .* call merge call-5 /,
      ({ calls }) => (calls[5]!.ifMatch = '"9-x"'),
    ],
    [
      'an agent resurrected by an update',
      /an update of an agent that is deregistered/,
      ({ events }) => {
        Object.assign(events[7]!, { type: 'updated', from: null, to: null });
      },
    ],
    [
      'an agent resurrected by a beat',
      /no such transition: event 8 status_changed deregistered -> active/,
      ({ events }) => {
        Object.assign(events[7]!, { type: 'status_changed', cause: 'heartbeat' });
      },
    ],
    [
      'an agent resurrected without a word',
      /the row's status is active.*\n.*isDeregistered/,
      ({ row }) => {
        Object.assign(row, { status: 'active', isDeregistered: false });
      },
    ],
    ['a tombstone that is half alive', /the row's isDeregistered is false/, ({ row }) => (row.isDeregistered = false)],
    ['a broken chain', /it was unhealthy before: event 5/, ({ events }) => (events[4]!.from = 'inactive')],
    [
      'a transition that there is not',
      /no such transition: event 4 status_changed active -> inactive/,
      ({ events }) => (events[3]!.to = 'inactive'),
    ],
    ['an update that changes the status', /an update is no transition/, ({ events }) => (events[1]!.to = 'active')],
    ['a death before the time', /not silent for long enough/, ({ events }) => (events[3]!.data.silent_seconds = 2.9)],
    ['a revival without a beat', /revived without a beat/, ({ calls }) => calls.splice(4, 1)],
    ['a revival by a beat that was refused', /revived without a beat/, ({ calls }) => (calls[4]!.outcome = 'refused')],
    [
      'a row that has changed without an event',
      /the row's name is other, the last event's call-8/,
      ({ row }) => (row.name = 'other'),
    ],
    ['a row without events', /a row without an event/, ({ events }) => events.splice(0)],
  ])('sees %s', (_, fault, spoil) => {
    const history = rightHistory();
    spoil(history);
    expect(faults(history)).toMatch(fault);
  });

  it('sees events without a row', () => {
    const { calls, events } = rightHistory();
    expect(faultsOf(calls, events, undefined, { silenceSeconds: 3 })).toContainEqual(expect.stringMatching(/^no row/));
  });
});

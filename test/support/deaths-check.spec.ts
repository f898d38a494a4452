import { unexplainedDeaths, type Acknowledgement } from './deaths-check';

const TIMEOUT = 1000;
const ack = (at: number, took = 0): Acknowledgement => ({ sentAt: at, answeredAt: at + took });
const registered = { occurredAt: 0, to: 'active' };
const died = (occurredAt: number): { occurredAt: number; to: string } => ({ occurredAt, to: 'unhealthy' });

describe('unexplainedDeaths', () => {
  it.each<[string, Acknowledgement[], number, boolean]>([
    ['after a silence longer than the timeout', [ack(500)], 1501, true],
    ['of an agent that never beat', [], 1001, true],
    ['within the timeout', [ack(500)], 1500, false],
    ['of an agent that beats all the time', [ack(500), ack(1200), ack(1900), ack(2600)], 3000, false],
    ['whose next beat came late', [ack(500), ack(1600)], 1700, true],
    ['whose last answer took long, so that the beat may have been taken late', [ack(500), ack(1200, 500)], 1800, true],
    ['whose beat was sent in time but is not known to have been taken', [ack(500, 200)], 1501, true],
  ])('knows whether a death %s is explained', (_, acks, at, isExplained) => {
    expect(unexplainedDeaths(acks, [registered, died(at)], TIMEOUT)).toEqual(isExplained ? [] : [died(at)]);
  });

  it('takes a silence for one death only', () => {
    const acks = [ack(2000), ack(2500), ack(3000)];
    const events = [registered, died(1100), { occurredAt: 2000, to: 'active' }, died(3400)];
    expect(unexplainedDeaths(acks, events, TIMEOUT)).toEqual([died(3400)]);
  });
});

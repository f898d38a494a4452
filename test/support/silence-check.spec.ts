import { wasSilent, type HeardAgent, type Outage, type Sign } from './silence-check';

const TIMEOUT = 4_000;

/** Sent at these times, and acknowledged 10 ms later. */
const signs = (...times: number[]): Sign[] => times.map((sentAt) => ({ sentAt, acknowledgedAt: sentAt + 10 }));
const everySecond = (from: number, to: number): Sign[] =>
  signs(...Array.from({ length: (to - from) / 1000 + 1 }, (_, second) => from + second * 1000));
const agent = (given: Sign[], ...outages: Outage[]): HeardAgent => ({ since: 0, signs: given, outages });
const DOWN = { from: 5_500, to: 20_500 };

describe('An agent', () => {
  it.each<[string, HeardAgent, number]>([
    ['has not beaten since it was registered', agent([]), 4_100],
    ['has stopped', agent(everySecond(1_000, 5_000)), 9_100],
    ['paused, and beat again before the registry said so', agent(signs(1_000, 5_500, 6_000)), 6_500],
    [
      'was heard too late',
      agent([...signs(1_000), { sentAt: 2_000, acknowledgedAt: 5_500 }, { sentAt: 3_000, acknowledgedAt: 5_500 }]),
      5_400,
    ],
    ['stopped while the registry was away', agent(everySecond(1_000, 5_000), DOWN), 24_600],
    ['stopped before the registry was away', agent(signs(1_000), DOWN), 21_000],
  ])('was silent when it %s', (_, heard, at) => {
    expect(wasSilent(heard, TIMEOUT, at)).toBe(true);
  });

  it.each<[string, HeardAgent, number]>([
    ['beats', agent(everySecond(1_000, 9_000)), 9_500],
    ['has stopped a moment ago', agent(everySecond(1_000, 5_000)), 8_900],
    ['pauses for less than its timeout', agent(signs(1_000, 4_800, 8_600)), 12_000],
    ['stops only afterwards', agent(everySecond(1_000, 9_000)), 9_100],
    ['could not be heard', agent(everySecond(1_000, 5_000), DOWN), 20_600],
    [
      'could not be heard, and beats again',
      agent([...everySecond(1_000, 5_000), ...everySecond(21_000, 30_000)], DOWN),
      31_000,
    ],
    ['is not heard again before its timeout', agent(everySecond(1_000, 5_000), DOWN), 24_300],
  ])('was not silent when it %s', (_, heard, at) => {
    expect(wasSilent(heard, TIMEOUT, at)).toBe(false);
  });
});

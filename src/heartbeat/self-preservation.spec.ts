import { preservation, type Census } from './self-preservation';

describe('preservation', () => {
  const census: Census = { live: 200, overdue: 0, lostLately: 0, heldFor: 0, timeout: 30 };

  it.each<[Partial<Census>, string]>([
    [{}, 'off'],
    [{ overdue: 10 }, 'off'],
    [{ overdue: 100 }, 'off'], // half is not more than half
    [{ overdue: 101 }, 'hold'],
    [{ overdue: 200 }, 'hold'],
    [{ overdue: 200, heldFor: 149.9 }, 'hold'],
    [{ overdue: 200, heldFor: 150 }, 'given_up'],
    [{ overdue: 200, heldFor: 150, timeout: 60 }, 'hold'],
    [{ overdue: 0, heldFor: 10 }, 'off'], // they are all back
    [{ live: 49, overdue: 49 }, 'off'],
    [{ live: 50, overdue: 26 }, 'hold'],
    [{ live: 110, overdue: 20, lostLately: 90 }, 'hold'], // dying over several sweeps
    [{ live: 110, overdue: 0, lostLately: 90 }, 'off'],
    [{ live: 20, overdue: 20, lostLately: 20 }, 'off'],
  ])('given %j is %s', (found, expected) => {
    expect(preservation({ ...census, ...found })).toBe(expected);
  });
});

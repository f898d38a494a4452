import { afterRegistration, type RegistrationTurns } from './identity-conflicts';

const MINUTE = 60_000;

/** How many turns were taken when these definitions were registered, one every so often. */
function turnsAfter(definitions: string, everyMs = MINUTE): number {
  let known: RegistrationTurns | undefined;
  [...definitions].forEach((definition, n) => (known = afterRegistration(known, definition, n * everyMs)));
  return known!.turns;
}

describe('registrations of one id', () => {
  it.each([
    ['a process that restarts', 'AAAAAA', 0],
    ['an upgrade', 'AAB', 0],
    ['one upgrade after another', 'ABCDE', 0],
    ['an upgrade that is rolled back', 'AABBA', 1],
    ['two processes', 'ABAB', 2],
    ['two processes that register twice each', 'AABBAABB', 2],
    ['two processes, seen for longer', 'ABABAB', 4],
    ['two processes of which one has gone', 'ABABBB', 2],
    ['two processes that are replaced by a third definition', 'ABABC', 0],
  ])('%s: %s', (_what, definitions, turns) => {
    expect(turnsAfter(definitions)).toBe(turns);
  });

  it('are forgotten after an hour', () => {
    expect(turnsAfter('ABAB', 60 * MINUTE)).toBe(2);
    expect(turnsAfter('ABAB', 60 * MINUTE + 1)).toBe(0);
  });
});

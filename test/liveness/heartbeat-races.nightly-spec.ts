import { breaksIn, HeartbeatRace, lastOf, raceActions, raceSeed } from '../support/heartbeat-race';

describe('Two replicas, the same agents, for long', () => {
  let race: HeartbeatRace;
  beforeAll(async () => {
    race = await HeartbeatRace.prepare();
  });
  afterAll(() => race.end());

  it('beat, fall silent, come, go and change at random: no deadlock, and one unbroken history for each', async () => {
    const { failed, events, agents, deadlocks } = await race.run(raceSeed(), raceActions(10_000));
    expect(failed).toEqual([]);
    expect(breaksIn(events)).toEqual([]);
    expect(agents).toEqual(lastOf(events, agents));
    expect(deadlocks).toBe(0);
  }, 7_200_000);
});

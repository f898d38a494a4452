import { Partition } from '../support/partition';

describe('A replica whose way to the database is bad', () => {
  let partition: Partition;
  beforeEach(async () => {
    partition = await Partition.start();
  }, 180_000);
  afterEach(() => partition.end(), 60_000);

  it('for two timeouts, costs no agent its life that was acknowledged within its timeout, and sends agents to the other replica', async () => {
    const { agents, relay, loyal, roaming, far } = partition;
    relay.freeze();
    await partition.lasts(2);
    await partition.untilRefused([...loyal, ...roaming]);
    await partition.untilAcknowledged(roaming); // by the other one
    relay.thaw();
    await partition.untilAcknowledged([...loyal, ...roaming]);

    await partition.untilSilentIsFound(far[0]!);
    await agents.stop();
    expect(await partition.faults()).toEqual([]);
    expect(agents.unexpected).toEqual([]);
    expect(agents.granted).toEqual([]);
  }, 300_000);

  it('because it is slow, and then is reset, costs no agent its life, and brings no token back to life', async () => {
    const { agents, relay, loyal, roaming, far } = partition;
    for (const milliseconds of [200, 1000]) {
      relay.delay(milliseconds);
      await partition.lasts(1);
    }
    relay.delay(0);
    await relay.close();
    await relay.open();
    await partition.untilAcknowledged([...loyal, ...roaming]);

    await partition.untilSilentIsFound(far[0]!);
    await agents.stop();
    expect(await partition.faults()).toEqual([]);
    expect(agents.unexpected).toEqual([]);
    expect(agents.granted).toEqual([]);
  }, 300_000);
});

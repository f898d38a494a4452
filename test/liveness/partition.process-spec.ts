import { Partition } from '../support/partition';

describe('A replica that is cut off from the database for two timeouts', () => {
  let partition: Partition;
  beforeEach(async () => {
    partition = await Partition.start();
  }, 180_000);
  afterEach(() => partition.end(), 60_000);

  it('costs no agent its life that was acknowledged within its timeout, and sends agents to the other replica', async () => {
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
  }, 300_000);
});

import { NOTHING_WRONG, Partition } from '../support/partition';

describe('A replica whose way to the database is bad', () => {
  let partition: Partition;
  beforeEach(async () => {
    partition = await Partition.start();
  }, 180_000);
  afterEach(() => partition.end(), 60_000);

  it('for two timeouts, costs no agent its life that was acknowledged within its timeout, and sends agents to the other replica', async () => {
    const { relay, loyal, roaming } = partition;
    relay.freeze();
    await partition.lasts(2);
    await partition.untilRefused([...loyal, ...roaming]);
    await partition.untilAcknowledged(roaming); // by the other one
    relay.thaw();
    await partition.untilAcknowledged([...loyal, ...roaming]);

    expect(await partition.findings()).toEqual(NOTHING_WRONG);
  }, 300_000);

  it('because it is slow, and then is reset, costs no agent its life, and brings no token back to life', async () => {
    const { relay, loyal, roaming } = partition;
    for (const milliseconds of [200, 1000]) {
      relay.delay(milliseconds);
      await partition.lasts(1);
    }
    relay.delay(0);
    await relay.close();
    await relay.open();
    await partition.untilAcknowledged([...loyal, ...roaming]);

    expect(await partition.findings()).toEqual(NOTHING_WRONG);
  }, 300_000);
});

import { setTimeout as pause } from 'node:timers/promises';
import { NOTHING_WRONG, Partition, TIMEOUT } from '../support/partition';
import { Random } from '../support/random';

const SECONDS = Number(process.env.PARTITION_SECONDS ?? 300);
const SEED = Number(process.env.PARTITION_SEED ?? Math.floor(Math.random() * 2 ** 32));
const FAULTS = { freeze: 2, slow: 2, slower: 1, reset: 3 };

describe('A replica whose way to the database is bad', () => {
  let partition: Partition;
  beforeEach(async () => {
    partition = await Partition.start();
  }, 180_000);
  afterEach(() => partition.end(), 60_000);

  it(
    `costs no agent its life that was acknowledged within its timeout (PARTITION_SEED=${SEED})`,
    async () => {
      process.stderr.write(`partition: PARTITION_SEED=${SEED} PARTITION_SECONDS=${SECONDS}\n`);
      const { relay, loyal, roaming } = partition;
      const random = new Random(SEED);
      const end = performance.now() + SECONDS * 1000;
      while (performance.now() < end) {
        const fault = random.weighted(FAULTS);
        const lasts = random.between(500, 2.5 * TIMEOUT * 1000);
        if (fault === 'freeze') {
          relay.freeze();
          await pause(lasts);
          relay.thaw();
        } else if (fault === 'reset') {
          await relay.close();
          await pause(lasts / 4);
          await relay.open();
        } else {
          relay.delay(fault === 'slow' ? 200 : 1000);
          await pause(lasts);
          relay.delay(0);
        }
        if (random.chance(0.5)) await pause(random.between(0, 2 * TIMEOUT * 1000));
      }
      await partition.untilAcknowledged([...loyal, ...roaming]);
      expect(await partition.findings()).toEqual(NOTHING_WRONG);
    },
    (SECONDS + 600) * 1000,
  );
});

import { KINDS } from './hostile/requests';
import { HostileTarget } from './hostile/target';

/** So many times the requests of `hostile-input.e2e-spec.ts`. */
const TIMES = Number(process.env.HOSTILE_TIMES ?? 20);
const SEED = Number(process.env.HOSTILE_SEED ?? Math.floor(Math.random() * 2 ** 31));

jest.setTimeout(4 * 3600_000); // a guard against what hangs: each request has a deadline of its own

describe(`${TIMES} times as many random requests (HOSTILE_SEED=${SEED})`, () => {
  let target: HostileTarget;

  beforeAll(async () => {
    process.stderr.write(`hostile input: HOSTILE_SEED=${SEED} HOSTILE_TIMES=${TIMES}\n`);
    target = await HostileTarget.start();
  });
  afterAll(() => target.close());
  afterEach(() => target.expectNothingTorn());

  it.each(KINDS)('with $name are answered, and write nothing when they are refused', async (kind) => {
    await target.withstand(kind, SEED, TIMES);
    expect(await target.agentsBeyondLimits()).toEqual([]);
  });

  it('with any target and any header field, byte by byte, are answered', async () => {
    await target.withstandHeads(SEED, TIMES);
  });
});

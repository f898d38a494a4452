import { historyLimit, historyRounds, HistoryRun, historySeeds } from '../support/history/history-run';

const ROUNDS = historyRounds(1);

describe('Whatever happens to replicas, Redis and connections', () => {
  let run: HistoryRun;
  beforeEach(async () => {
    run = await HistoryRun.prepare();
  }, 600_000);
  afterEach(() => run.end(), 600_000);

  it.each(historySeeds(undefined))(
    'no update is lost, no agent rises from the dead, no event is missing or out of order (HISTORY_SEED=%d)',
    (seed) => run.live(seed, ROUNDS),
    historyLimit(ROUNDS),
  );
});

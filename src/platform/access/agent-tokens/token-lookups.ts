import { BatchLoader } from '../../common/batch-loader';
import type { Clock } from '../../common/clock';
import { overloaded } from '../../http/overloaded';

/** Digests in one question to the database. */
const AT_ONCE = 1_000;
/** The same for suspects, and how long they wait before each. */
const SUSPECTS_AT_ONCE = 100;
const SUSPECTS_WAIT_MS = 100;
/** Look-ups that may wait. */
const MOST_WAITING = 10_000;
const MOST_SUSPECTS_WAITING = 1_000;

/**
 * Look-ups of tokens that nothing is remembered of, which everybody can cause. One question is asked at a time. Callers whose
 * address has sent too many wrong tokens are asked about at a low rate: a good token among them is still found, and guessing costs
 * the database next to nothing.
 */
export class TokenLookups<Row> {
  private readonly ordinary: Queue<Row>;
  private readonly suspect: Queue<Row>;

  /** `ask` gives the rows of digests. */
  constructor(clock: Clock, ask: (digests: string[]) => Promise<Map<string, Row>>) {
    const askSlowly = async (digests: string[]): Promise<Map<string, Row>> => {
      await clock.sleep(SUSPECTS_WAIT_MS);
      return ask(digests);
    };
    this.ordinary = new Queue(new BatchLoader(ask, AT_ONCE), MOST_WAITING);
    this.suspect = new Queue(new BatchLoader(askSlowly, SUSPECTS_AT_ONCE), MOST_SUSPECTS_WAITING);
  }

  /** Rejects as `ask` does, and with a DomainError `overloaded` when too many look-ups wait. */
  find(digest: string, isSuspect: boolean): Promise<Row | undefined> {
    return (isSuspect ? this.suspect : this.ordinary).find(digest);
  }
}

class Queue<Row> {
  private waiting = 0;

  constructor(
    private readonly lookup: BatchLoader<Row>,
    private readonly most: number,
  ) {}

  async find(digest: string): Promise<Row | undefined> {
    if (this.waiting >= this.most) throw overloaded('Too many tokens are being looked up');
    this.waiting++;
    try {
      return await this.lookup.find(digest);
    } finally {
      this.waiting--;
    }
  }
}

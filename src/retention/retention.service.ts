import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Clock, type Timer } from '../platform/common/clock';
import { Configuration } from '../platform/config/configuration';
import type { RetainedTable } from '../platform/database/retained-table';
import { EventRetention } from '../events/event-retention';
import { DecisionRetention } from '../governance/decision-retention';
import { IdempotencyRetention, TombstoneRetention } from '../registry/agent-retention';

/** When a run has left something for want of time, the next one follows after this. */
const SOON_MS = 1_000;
/** A run ends after so long; deletions of one statement are never cut short. */
const BUDGET_MS = 10_000;
/** Rows in one statement: few enough that its locks and its commit are over in a moment. */
const BATCH = 1_000;

/** How one table is doing, as far as this replica knows. */
export interface Retained {
  readonly table: RetainedTable;
  /** Rows that this replica has deleted since its start. */
  deleted: number;
  /** Of the oldest row in seconds, after the last run; undefined before the first. */
  oldestAge: number | undefined;
}

/**
 * Deletes what has been kept long enough, table by table, in small statements that hold up nobody, until nothing is left: whatever the
 * churn, tables grow no further. Replicas take turns.
 */
@Injectable()
export class RetentionService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly tables: readonly Retained[];
  private timer: Timer | undefined;
  private running: Promise<boolean> | undefined;
  private isStopped = false;
  private hasFailed = false;

  constructor(
    events: EventRetention,
    decisions: DecisionRetention,
    tombstones: TombstoneRetention,
    answers: IdempotencyRetention,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(RetentionService.name);
    const tables = [events, decisions, tombstones, answers];
    this.tables = tables.map((table) => ({ table, deleted: 0, oldestAge: undefined }));
  }

  onApplicationBootstrap(): void {
    this.schedule(false);
  }

  /** A deletion that is under way ends; the rest is left to the others, or to the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    this.timer?.cancel();
    await this.running;
  }

  /** Deletes all that is old enough, for so long at most; true when something is left. Never throws: what could not go now goes later. */
  async run(budgetMs = BUDGET_MS): Promise<boolean> {
    if (this.running) await this.running; // that one may have passed by what has come since
    this.running ??= this.runOnce(budgetMs).finally(() => (this.running = undefined));
    return this.running;
  }

  private schedule(isLeft: boolean): void {
    if (this.isStopped) return;
    const pause = isLeft ? SOON_MS : this.configuration.RETENTION_INTERVAL_SECONDS * 1000;
    this.timer = this.clock.setTimer(pause, async () => this.schedule(await this.run())).unref();
  }

  private async runOnce(budgetMs: number): Promise<boolean> {
    const deadline = this.clock.monotonicMs() + budgetMs;
    const before = this.tables.map(({ deleted }) => deleted);
    let isLeft = false;
    try {
      isLeft = await this.deleteUntil(deadline);
      for (const retained of this.tables) retained.oldestAge = await retained.table.oldestAge();
      this.hasFailed = false;
    } catch (error) {
      const isTold = this.hasFailed || this.isStopped;
      if (!isTold) this.logger.warn({ err: error }, 'What is past its retention cannot be deleted; it is tried again');
      this.hasFailed = true;
    }
    this.tell(this.tables.map(({ table, deleted }, index) => [table.name, deleted - before[index]!]));
    return isLeft;
  }

  private tell(rows: [table: string, deleted: number][]): void {
    const deleted = Object.fromEntries(rows.filter(([, count]) => count > 0));
    if (Object.keys(deleted).length > 0) this.logger.info({ deleted }, 'Deleted what was past its retention');
  }

  /** A statement for each table in turn, so that none waits for the end of another one. */
  private async deleteUntil(deadline: number): Promise<boolean> {
    const left = new Map<Retained, string | null>(this.tables.map((retained) => [retained, null]));
    while (left.size > 0) {
      for (const [retained, from] of left) {
        if (this.isStopped || this.clock.monotonicMs() > deadline) return true;
        const { rows, next } = await retained.table.deleteOldest(BATCH, from);
        retained.deleted += rows;
        if (next === null) left.delete(retained);
        else left.set(retained, next);
      }
    }
    return false;
  }
}

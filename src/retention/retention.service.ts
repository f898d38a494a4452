import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Clock } from '../platform/common/clock';
import { PeriodicTasks } from '../platform/scheduling/periodic-tasks';
import { Configuration } from '../platform/config/configuration';
import { RetainedTables, type RetainedTable } from '../platform/database/retained-table';

/** A run ends after so long; deletions of one statement are never cut short. */
const BUDGET_MS = 10_000;
/** Rows in one statement: few enough that its locks and its commit are over in a moment. */
const BATCH = 1_000;

/** When a run ends. */
interface Until {
  deadline: number;
  stopping: AbortSignal | undefined;
}

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
export class RetentionService implements OnModuleInit {
  tables: readonly Retained[] = [];
  private running: Promise<boolean> | undefined;

  constructor(
    private readonly retained: RetainedTables,
    configuration: Configuration,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
    periodic: PeriodicTasks,
  ) {
    logger.setContext(RetentionService.name);
    periodic.add({
      name: 'retention',
      everyMs: configuration.RETENTION_INTERVAL_SECONDS * 1000,
      run: async (stopping) => ((await this.run(BUDGET_MS, stopping)) ? 'again' : undefined),
    });
  }

  /** By now every module has told which tables it has. */
  onModuleInit(): void {
    this.tables = this.retained.all.map((table) => ({ table, deleted: 0, oldestAge: undefined }));
  }

  /** Deletes all that is old enough, for so long at most, unless `stopping` is aborted; true when something is left. */
  async run(budgetMs = BUDGET_MS, stopping?: AbortSignal): Promise<boolean> {
    if (this.running) await this.running; // that one may have passed by what has come since
    const until: Until = { deadline: this.clock.monotonicMs() + budgetMs, stopping };
    this.running ??= this.runOnce(until).finally(() => (this.running = undefined));
    return this.running;
  }

  private async runOnce(until: Until): Promise<boolean> {
    const before = this.tables.map(({ deleted }) => deleted);
    try {
      const isLeft = await this.deleteUntil(until);
      for (const retained of this.tables) retained.oldestAge = await retained.table.oldestAge();
      return isLeft;
    } finally {
      this.tell(this.tables.map(({ table, deleted }, index) => [table.name, deleted - before[index]!]));
    }
  }

  private tell(rows: [table: string, deleted: number][]): void {
    const deleted = Object.fromEntries(rows.filter(([, count]) => count > 0));
    if (Object.keys(deleted).length > 0) this.logger.info({ deleted }, 'Deleted what was past its retention');
  }

  /** A statement for each table in turn, so that none waits for the end of another one. */
  private async deleteUntil({ deadline, stopping }: Until): Promise<boolean> {
    const left = new Map<Retained, string | null>(this.tables.map((retained) => [retained, null]));
    while (left.size > 0) {
      for (const [retained, from] of left) {
        if (stopping?.aborted || this.clock.monotonicMs() > deadline) return true;
        const { rows, next } = await retained.table.deleteOldest(BATCH, from);
        retained.deleted += rows;
        if (next === null) left.delete(retained);
        else left.set(retained, next);
      }
    }
    return false;
  }
}

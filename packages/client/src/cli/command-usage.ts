import { availableParallelism, totalmem } from 'node:os';
import type { HealthReport } from '../types.js';
import { readProcesses, residentBytes, TICKS_PER_SECOND, treeOf } from './process-tree.js';

/** What a command, a child of this process, and its descendants use. */
export class CommandUsage {
  private readonly startedAt = performance.now();
  private lastTicks = 0;
  private lastAt = this.startedAt;

  constructor(
    private readonly pid: number,
    private readonly platform: NodeJS.Platform = process.platform,
  ) {}

  /**
   * CPU since the last call, in percent of the processors that it may run on; resident memory in percent of the machine's or,
   * where that is lower, the control group's limit (pages that processes share count for each); seconds since the start.
   * Only Linux tells the former two: elsewhere they are left out.
   */
  measure(): HealthReport {
    const now = performance.now();
    const uptime_seconds = Math.floor((now - this.startedAt) / 1000);
    // Said as undefined: that of the program that asks would stand there otherwise.
    if (this.platform !== 'linux') return { cpu_percent: undefined, memory_percent: undefined, uptime_seconds };
    const tree = treeOf(this.pid, readProcesses());
    const ticks = tree.reduce((sum, { ticks: own }) => sum + own, 0);
    const bytes = tree.reduce((sum, { pid }) => sum + residentBytes(pid), 0);
    const seconds = Math.max(now - this.lastAt, 1) / 1000;
    const cpu = (ticks - this.lastTicks) / TICKS_PER_SECOND / seconds / availableParallelism();
    this.lastTicks = ticks;
    this.lastAt = now;
    return {
      cpu_percent: percent(cpu),
      memory_percent: percent(bytes / memoryLimit()),
      uptime_seconds,
      metrics: { processes: tree.length, resident_bytes: bytes },
    };
  }
}

function memoryLimit(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Within what the registry takes, to a tenth. Fewer ticks than before means that a descendant has left the tree. */
function percent(share: number): number {
  return Math.min(100, Math.max(0, Math.round(share * 1000) / 10));
}

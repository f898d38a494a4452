import { availableParallelism, totalmem } from 'node:os';

/** What this process uses of what it may use, for the health of an agent that is this process. */
export class ProcessUsage {
  private cpu = process.cpuUsage();
  private at = performance.now();

  /**
   * CPU since the last call, in percent of all processors that the process may run on; resident memory in percent of the
   * machine's, or of the control group's limit where that is lower; seconds since the process began.
   */
  measure(): { cpu_percent: number; memory_percent: number; uptime_seconds: number } {
    const now = performance.now();
    const used = process.cpuUsage(this.cpu); // microseconds
    const available = Math.max(1, now - this.at) * 1000 * availableParallelism();
    this.cpu = process.cpuUsage();
    this.at = now;
    return {
      cpu_percent: percent((used.user + used.system) / available),
      memory_percent: percent(process.memoryUsage.rss() / memoryLimit()),
      uptime_seconds: Math.floor(process.uptime()),
    };
  }
}

function memoryLimit(): number {
  const constrained = process.constrainedMemory(); // 0 or more than there is: no limit
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

function percent(share: number): number {
  return Math.min(100, Math.max(0, Math.round(share * 1000) / 10));
}

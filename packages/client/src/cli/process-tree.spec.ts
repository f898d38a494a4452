import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../../../../test/support/until';
import { CommandUsage } from './command-usage';
import { parseStat, treeOf } from './process-tree';

const stat = (pid: number, parent: number) => ({ pid, parent, ticks: 1 });

describe('parseStat', () => {
  it('is not led astray by the name of the program', () => {
    const line = '12 (a) (b c) S 7 12 12 0 -1 4194560 100 0 0 0 5 6 70 80 20 0 1 0 100 1000 200 184';
    expect(parseStat(line)).toEqual({ pid: 12, parent: 7, ticks: 161 });
  });
});

describe('treeOf', () => {
  it('has the process, its children and theirs, and nobody else', () => {
    const all = [stat(1, 0), stat(9, 8), stat(5, 1), stat(8, 5), stat(6, 5), stat(7, 1)];
    const pids = treeOf(5, all).map(({ pid }) => pid);
    expect(pids.sort()).toEqual([5, 6, 8, 9]);
  });

  it('is empty without the process', () => expect(treeOf(5, [stat(6, 5)])).toEqual([]));
});

const onLinux = process.platform === 'linux' ? it : it.skip;
if (process.platform !== 'linux') console.warn('Not tested: what commands use, which only Linux tells');

describe('CommandUsage', () => {
  onLinux('measures the CPU and memory of a descendant', async () => {
    const child = spawn('sh', ['-c', 'echo; sh -c "while :; do :; done" & wait'], { detached: true });
    try {
      await once(child.stdout, 'data');
      const usage = new CommandUsage(child.pid!);
      await until('a busy loop shows', 120, () => {
        const { cpu_percent, memory_percent, metrics } = usage.measure();
        return (
          cpu_percent! > 1 && memory_percent! <= 100 && metrics?.processes === 2 && Number(metrics.resident_bytes) > 0
        );
      });
    } finally {
      process.kill(-child.pid!, 'SIGKILL');
    }
  });

  it('says nothing of CPU and memory elsewhere', () => {
    const { cpu_percent, memory_percent, uptime_seconds } = new CommandUsage(process.pid, 'darwin').measure();
    expect([cpu_percent, memory_percent, uptime_seconds]).toEqual([undefined, undefined, 0]);
  });
});

import { readdirSync, readFileSync } from 'node:fs';

/** What `/proc/PID/stat` says of a process (proc_pid_stat(5)). */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** In user and kernel mode, its own and that of its ended children that it has waited for; in clock ticks. */
  readonly ticks: number;
}

/** Clock ticks a second in what Linux tells programs (USER_HZ): 100 on every architecture that Node.js runs on. */
export const TICKS_PER_SECOND = 100;

/** Reads a line of `/proc/PID/stat`. The name of the program stands in brackets and may itself hold brackets and spaces. */
export function parseStat(line: string): ProcessStat {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const number = (index: number): number => Number(fields[index]);
  return { pid: parseInt(line, 10), parent: number(1), ticks: number(11) + number(12) + number(13) + number(14) };
}

/** The process and all of its descendants. One whose parent has ended is nobody's descendant any more. */
export function treeOf(root: number, all: readonly ProcessStat[]): ProcessStat[] {
  const children = new Map<number, ProcessStat[]>();
  for (const stat of all) children.set(stat.parent, [...(children.get(stat.parent) ?? []), stat]);
  const tree = all.filter(({ pid }) => pid === root);
  // The list grows while it is walked.
  for (const { pid } of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/** All processes that can be seen. One that ends meanwhile is left out. */
export function readProcesses(): ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => readIfThere(`/proc/${pid}/stat`).map(parseStat));
}

/** Resident memory in bytes; 0 once it has ended. */
export function residentBytes(pid: number): number {
  const [status = ''] = readIfThere(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

function readIfThere(path: string): string[] {
  try {
    return [readFileSync(path, 'utf8')];
  } catch {
    return [];
  }
}

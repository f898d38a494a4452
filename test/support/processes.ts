import { readdirSync, readFileSync } from 'node:fs';

/** The processes that were started by this one and have not ended. Linux only. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter(isNumber)
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  try {
    // "pid (command) state parent …", and a command may hold spaces and parentheses
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '');
    return Number(fields.split(' ')[1]);
  } catch {
    return undefined; // it has just ended
  }
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

import { readdirSync, readFileSync } from 'node:fs';

/** Stops a PostgreSQL server as if its machine hung: all of its processes, none of its connections ends. Linux only. */
export function freezePostgres(postmaster: number): void {
  process.kill(postmaster, 'SIGSTOP'); // first, so that it starts no other process meanwhile
  for (const pid of childrenOf(postmaster)) process.kill(pid, 'SIGSTOP');
}

/** Ends what {@link freezePostgres} began. */
export function thawPostgres(postmaster: number): void {
  for (const pid of [...childrenOf(postmaster), postmaster]) process.kill(pid, 'SIGCONT');
}

function childrenOf(parent: number): number[] {
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

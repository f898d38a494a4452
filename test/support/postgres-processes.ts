import { childrenOf } from './processes';

/** Stops a PostgreSQL server as if its machine hung: all of its processes, none of its connections ends. Linux only. */
export function freezePostgres(postmaster: number): void {
  process.kill(postmaster, 'SIGSTOP'); // first, so that it starts no other process meanwhile
  for (const pid of childrenOf(postmaster)) process.kill(pid, 'SIGSTOP');
}

/** Ends what {@link freezePostgres} began. */
export function thawPostgres(postmaster: number): void {
  for (const pid of [...childrenOf(postmaster), postmaster]) process.kill(pid, 'SIGCONT');
}

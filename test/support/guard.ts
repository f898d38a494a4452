import { type ChildProcess, spawn } from 'node:child_process';

const SCRIPT = `
  leader=$0
  read -r line
  kill -TERM -"$leader"
  while kill -0 -"$leader"; do sleep 0.1; done
  rm -rf "$@"`;

/**
 * Ends a process group when the test run is killed (the guard then reads the end of its input), and removes its directories.
 * The guard is to be killed when the group has ended, or it might meet a stranger under the same number.
 */
export function guardGroup(leader: number, directories: string[] = []): ChildProcess {
  const args = ['-c', SCRIPT, String(leader), ...directories];
  return spawn('sh', args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
}

// What processes use, from Linux's /proc.
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100; // USER_HZ: 100 on every architecture that Node runs on

/** Resident memory now, and the most that it ever was, in MB. */
export function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name) => (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)[1]) * 1024) / 1e6;
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}

/** CPU seconds of one process. */
export function cpuSeconds(pid) {
  const { user, system } = statOf(pid);
  return user + system;
}

/** CPU seconds of a process and its children, those that have ended included. */
export function familyCpuSeconds(pid) {
  const parent = statOf(pid);
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(statOf)
    .filter((stat) => stat?.parent === pid);
  const living = children.reduce((sum, { user, system }) => sum + user + system, 0);
  return parent.user + parent.system + parent.endedChildren + living;
}

/** CPU seconds that the whole machine has been busy, and that its host has kept from it. */
export function machineCpuSeconds() {
  const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]
    .split(/\s+/)
    .slice(1)
    .map((ticks) => Number(ticks) / TICKS_PER_SECOND);
  return { busy: user + nice + system + irq + softirq, stolen: steal };
}

function statOf(pid) {
  let text;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // it has ended
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // from the third of proc_pid_stat(5) on
  const seconds = (index) => Number(fields[index]) / TICKS_PER_SECOND;
  return {
    parent: Number(fields[1]),
    user: seconds(11),
    system: seconds(12),
    endedChildren: seconds(13) + seconds(14),
  };
}

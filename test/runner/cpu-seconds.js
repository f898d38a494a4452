const { readdirSync, readFileSync } = require('node:fs');

/** Of Linux, on every platform that Node runs on. */
const TICKS_A_SECOND = 100;

/** CPU seconds, user and system, of this process, of those that it started and they did, and of those that have ended. Linux only: else NaN. */
exports.cpuSeconds = () => {
  if (process.platform !== 'linux') return Number.NaN;
  const ticks = new Map();
  const children = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = statOf(pid);
    if (!fields) continue;
    ticks.set(
      pid,
      fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0),
    );
    children.set(fields[1], [...(children.get(fields[1]) ?? []), pid]);
  }
  let sum = 0;
  for (const pids = [String(process.pid)]; pids.length > 0;) {
    const pid = pids.pop();
    sum += ticks.get(pid) ?? 0;
    pids.push(...(children.get(pid) ?? []));
  }
  return sum / TICKS_A_SECOND;
};

/** From the process's state on: the command before it may hold spaces and parentheses. */
function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return undefined; // it has just ended
  }
}

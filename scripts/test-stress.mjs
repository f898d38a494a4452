// npm run test:stress: the whole suite three times on one core, which it shares with two busy loops. What passes here does not
// depend on how fast the machine is. Arguments are those of npm test: npm run test:stress -- process
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = Number(process.env.STRESS_ROUNDS ?? 3);
const BUSY_LOOPS = 2;
/** Ends with us, however we end. */
const BUSY_LOOP = 'const parent = process.ppid; while (process.ppid === parent) for (let i = 0; i < 1e8; i++);';
const TEST = fileURLToPath(new URL('test.mjs', import.meta.url));

/** All on the same core, where the system lets us say so. */
const pinned = spawnSync('taskset', ['-c', '0', 'true']).status === 0;
const [program, ...before] = pinned ? ['taskset', '-c', '0', process.execPath] : [process.execPath];
console.log(
  `${ROUNDS} rounds beside ${BUSY_LOOPS} busy loops, ${pinned ? 'all on core 0 (taskset)' : 'on all cores: there is no taskset here'}`,
);

const directory = mkdtempSync(join(tmpdir(), 'agent-registry-stress-'));
const loops = Array.from({ length: BUSY_LOOPS }, () => spawn(program, [...before, '--eval', BUSY_LOOP]));
let round;
let endedBy;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    endedBy ??= signal;
    round?.kill(signal);
  });
}

const results = [];
try {
  for (let number = 1; number <= ROUNDS && !endedBy; number++) results.push(await run(number));
} finally {
  for (const loop of loops) loop.kill();
  rmSync(directory, { recursive: true });
}
for (const { number, failures } of results) {
  if (failures.length > 0)
    console.log(`\nFailed in round ${number}:\n${failures.map((name) => `  ${name}`).join('\n')}`);
}
console.log('\nround     passed  failed  skipped   minutes');
for (const { number, passed, failed, skipped, minutes, code } of results) {
  const columns = [passed, failed, skipped].map((count) => String(count).padStart(8)).join('');
  console.log(`${String(number).padEnd(8)}${columns} ${minutes.toFixed(1).padStart(9)}${code === 0 ? '' : '  FAILED'}`);
}
const isGood = results.length === ROUNDS && results.every(({ code }) => code === 0);
process.exit(isGood ? 0 : endedBy ? 128 + constants.signals[endedBy] : 1);

async function run(number) {
  console.log(`\nRound ${number} of ${ROUNDS}`);
  const report = join(directory, `${number}.json`);
  const began = performance.now();
  round = spawn(program, [...before, TEST, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, TEST_REPORT: report },
  });
  const code = await new Promise((resolve) => round.on('exit', resolve));
  return { number, code, minutes: (performance.now() - began) / 60_000, ...read(report) };
}

/** What the reporter of the tests has written at the end of the round. */
function read(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: 0, failures: ['it has not come to its end'] };
  }
}

// How many requests a second a server answers at most: wrk, a closed loop.
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const REPLAY = fileURLToPath(new URL('replay.lua', import.meta.url));

/**
 * Sends `requests` (texts, as they go over the wire) in turn over `connections`, each with one under way, for `seconds`.
 * Gives answers a second and how many there were; an answer of 400 or above, or none, is an error. What is under way when its
 * time is over, wrk drops.
 */
export async function peak({ url, requests, directory, seconds, connections = 64 }) {
  const file = join(directory, `requests-${process.pid}.txt`);
  await writeFile(file, requests.map((request) => `${Buffer.byteLength(request)}\n${request}`).join(''));
  try {
    // One thread: with more, each would begin with the first request, and the order over all would be lost.
    const args = [
      '-t',
      '1',
      '-c',
      String(connections),
      '-d',
      `${seconds}s`,
      '--timeout',
      '10s',
      '-s',
      REPLAY,
      url,
      '--',
      file,
    ];
    const { stdout } = await promisify(execFile)('wrk', args);
    const summary = JSON.parse(stdout.trim().split('\n').at(-1));
    const errors = summary.refused + summary.broken;
    if (errors > 0) throw new Error(`${url}: ${summary.refused} answers were refusals, ${summary.broken} never came`);
    return { rate: summary.requests / (summary.microseconds / 1e6), answers: summary.requests };
  } finally {
    await rm(file, { force: true });
  }
}

import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../../test/support/free-port';
import { PATIENCE } from '../../../../test/support/patience';
import { until } from '../../../../test/support/until';
import { ManualTime } from '../../test/support/manual-time';
import { askingCommand, askingUrl, followReadiness, type Question } from './readiness-check';

describe('followReadiness', () => {
  /** Asks until all answers are given, and tells what was said after each: `true`, a reason, or undefined for an answer that does not come. */
  async function followed(
    answers: readonly (true | string | undefined)[],
    { successes = 1, failures = 3 } = {},
  ): Promise<unknown[]> {
    const time = new ManualTime();
    const ending = new AbortController();
    const said: unknown[] = [];
    const left = [...answers];
    const question: Question = async (signal) => {
      said.push('?');
      const answer = left.shift();
      if (left.length === 0) ending.abort();
      if (typeof answer === 'string') throw new Error(answer);
      if (answer === undefined) await ended(signal);
    };
    const options = { question, intervalMs: 5000, timeoutMs: 2000, successes, failures, time: time.seeded(1) };
    const onChange = (isReady: boolean): void => void said.push(isReady);
    const tell = (message: string): void => void said.push(message);
    await time.passWhile('all are asked', followReadiness({ ...options, onChange, tell }, ending.signal));
    return said;
  }
  const ended = async (signal: AbortSignal): Promise<never> => {
    if (!signal.aborted) await once(signal, 'abort');
    throw new Error('aborted');
  };
  const NO = (reason: string): string => `the agent is not ready: ${reason}`;
  const YES = 'the agent is ready';

  it('takes the agent for not ready until it has said that it is', async () => {
    expect(await followed(['a', 'a', 'b', true, true, true])).toEqual([
      false,
      '?',
      NO('a'),
      '?',
      '?',
      NO('b'),
      '?',
      true,
      YES,
      '?',
      '?',
    ]);
  });

  it('takes it for ready until so many noes came in a row', async () => {
    expect(await followed([true, 'a', 'a', true, 'a', 'b', 'c', true, true])).toEqual([
      false,
      '?',
      true,
      YES,
      '?',
      '?',
      '?',
      '?',
      '?',
      '?',
      false,
      NO('c'),
      '?',
      true,
      YES,
      '?',
    ]);
  });

  it('takes it for ready again when so many yeses came in a row', async () => {
    expect(await followed([true, 'a', true, true, 'a', true, true], { successes: 2, failures: 1 })).toEqual([
      false,
      '?',
      '?',
      NO('a'),
      '?',
      '?',
      true,
      YES,
      '?',
      false,
      NO('a'),
      '?',
      '?',
    ]);
  });

  it('counts no answer in time as a no', async () => {
    expect(await followed([undefined, true, undefined, true], { failures: 1 })).toEqual([
      false,
      '?',
      NO('no answer within 2 s'),
      '?',
      true,
      YES,
      '?',
      false,
      NO('no answer within 2 s'),
      '?',
    ]);
  });

  it('says nothing any more once it has ended', async () => {
    expect(await followed([true])).toEqual([false, '?']);
    expect(await followed([undefined])).toEqual([false, '?']);
  });
});

describe('askingUrl', () => {
  let server: Server;
  let url: string;
  let status = 200;
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/silent') return;
      response.writeHead(request.url === '/elsewhere' ? 200 : status, { Location: '/elsewhere' }).end('body');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const never = new AbortController().signal;

  it.each([200, 204, 299])('takes %i for a yes', async (answered) => {
    status = answered;
    await expect(askingUrl(`${url}/ready`)(never)).resolves.toBeUndefined();
  });

  it.each([302, 404, 503])('takes %i for a no', async (answered) => {
    status = answered;
    await expect(askingUrl(`${url}/ready`)(never)).rejects.toThrow(`${url}/ready answers ${answered}`);
  });

  it('takes no connection for a no, and ends with the signal', async () => {
    const giveUp = new AbortController();
    const asked = askingUrl(`${url}/silent`)(giveUp.signal);
    giveUp.abort();
    await expect(asked).rejects.toThrow('aborted');
    await expect(askingUrl(`http://127.0.0.1:${await freePort()}/`)(never)).rejects.toThrow('fetch failed');
  });
});

describe('askingCommand', () => {
  const never = new AbortController().signal;

  it('takes the exit code 0 for a yes, and any other end for a no', async () => {
    await expect(askingCommand('test 1 -lt 2 && exit 0')(never)).resolves.toBeUndefined();
    await expect(askingCommand('exit 7')(never)).rejects.toThrow('the check ends with exit code 7');
    await expect(askingCommand('no-such-command-here')(never)).rejects.toThrow('exit code 127');
    await expect(askingCommand('kill -9 $$')(never)).rejects.toThrow('killed by SIGKILL');
  });

  it('kills what takes too long, with all that it has started', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'check-'));
    const file = join(folder, 'pid');
    const giveUp = new AbortController();
    const asked = askingCommand(`sleep 1000 & echo $! > ${file}.new; mv ${file}.new ${file}; wait`)(giveUp.signal);
    asked.catch(() => undefined);
    await until('it has begun', PATIENCE, () => existsSync(file));
    const pid = Number(readFileSync(file, 'utf8'));
    giveUp.abort();
    await expect(asked).rejects.toThrow('killed by SIGKILL');
    await until('what it has started is gone', PATIENCE, () => !isRunning(pid));
    rmSync(folder, { recursive: true });
  });

  /** A process that has ended and that nobody has waited for is none. */
  function isRunning(pid: number): boolean {
    try {
      return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return false;
    }
  }
});

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from './until';

const PROGRAM = join(__dirname, '../../scripts/court.mjs');

/** How the court answers; the comments in `scripts/court.mjs` say what each means. */
export type CourtMode =
  | 'normal'
  | 'slow'
  | 'hang'
  | 'error'
  | 'missing'
  | 'html'
  | 'wrong'
  | 'truncated'
  | 'oversized'
  | 'redirect'
  | 'reset'
  | 'dead';

/** What the court denies: see `scripts/court.rules.json`. */
export interface CourtRule {
  type?: string;
  name?: string;
  capability?: string;
  actions?: string[];
  reason: string;
  scripture?: unknown;
  geometry?: unknown;
  law?: unknown;
}

/** A question that the court was asked. */
export interface CourtQuestion {
  asked_at: string;
  path: string;
  headers: Record<string, string>;
  action: string;
  context: Record<string, unknown>;
  /** Bytes of an oversized answer that were taken off it. */
  sent: number;
}

/** The stand-in court as its users run it: a process of its own, on any free port. */
export class Court {
  private constructor(
    private readonly child: ChildProcess,
    /** For `TRIFECTA_COURT_URL`. */
    readonly url: string,
  ) {}

  /**
   * Starts one that allows everything, on any free port unless it is told which. It ends with {@link stop}, or with the process that started it.
   * @throws Error when it ends instead
   */
  static async start(port = 0): Promise<Court> {
    // Not our own arguments: jest's are none of node's business.
    const child = fork(PROGRAM, ['--port', String(port)], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      execArgv: [],
    });
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the court ended by ${code}`)));
    ended.catch(() => undefined); // later it may
    const [line] = (await Promise.race([once(createInterface({ input: child.stdout! }), 'line'), ended])) as [string];
    const court = new Court(child, (JSON.parse(line) as { url: string }).url);
    await court.rules([]);
    return court;
  }

  /** From now on it answers like this; `delayMs` is how long it is slow or dead. One that was dead is normal afterwards. */
  async mode(mode: CourtMode, delayMs?: number): Promise<void> {
    await this.send('PUT', '/mode', { mode, delay_ms: delayMs });
  }

  /** From now on it denies what these say, and nothing else. */
  async rules(rules: CourtRule[]): Promise<void> {
    await this.send('PUT', '/rules', { rules });
  }

  /** What it was asked, first to last: about one agent, or all. Of more than a thousand questions the first are forgotten. */
  async questions(agentId?: string): Promise<CourtQuestion[]> {
    const { questions } = JSON.parse(await this.send('GET', '/questions')) as { questions: CourtQuestion[] };
    return questions.filter(({ context }) => agentId === undefined || context.agent_id === agentId);
  }

  /** How many questions it was asked, forgotten ones included. */
  async asked(): Promise<number> {
    return (JSON.parse(await this.send('GET', '/questions')) as { total: number }).total;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill();
    await exit;
  }

  /** Every request on a connection of its own: the court's modes break connections. Waits for a court that is dead for now. */
  private async send(method: string, path: string, body?: unknown): Promise<string> {
    const request = {
      method,
      headers: { 'content-type': 'application/json', connection: 'close' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    let answer!: Response;
    await until('the court accepts a connection', 120, async () => {
      const came = await fetch(this.url + path, request).catch(() => undefined);
      if (came) answer = came;
      return came !== undefined;
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text;
  }
}

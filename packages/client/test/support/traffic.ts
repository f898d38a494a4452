/** A request that was sent: when, by the clock that the traffic was given, and what. */
export interface Sent {
  at: number;
  method: string;
  path: string;
}

/** The requests of clients that send them through {@link Traffic.fetch}. */
export class Traffic {
  readonly sent: Sent[] = [];
  /** Those that are not answered yet. */
  readonly underWay = new Set<Promise<unknown>>();

  /** They really go through `send`. */
  constructor(
    private readonly now: () => number,
    private readonly send: typeof fetch = fetch,
  ) {}

  /** Notes the request and sends it. An answer comes as a whole, so that reading it waits for nothing more. */
  readonly fetch: typeof fetch = (input, init) => {
    this.sent.push({ at: this.now(), method: init?.method ?? 'GET', path: pathOf(input) });
    const answer = this.exchange(input, init).finally(() => this.underWay.delete(answer));
    this.underWay.add(answer);
    return answer;
  };

  /** How many went to such paths. */
  count(path: RegExp): number {
    return this.sent.filter((each) => path.test(each.path)).length;
  }

  private async exchange(input: Parameters<typeof fetch>[0], init: RequestInit | undefined): Promise<Response> {
    const answer = await this.send(input, init);
    const text = await answer.text();
    return Object.assign(new Response(null, answer), { text: () => Promise.resolve(text) });
  }
}

export function pathOf(input: Parameters<typeof fetch>[0]): string {
  return new URL(input instanceof Request ? input.url : input).pathname;
}

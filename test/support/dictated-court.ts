import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A court in this process that says, letter for letter, what a test dictates, and nothing before that. */
export class DictatedCourt {
  /** The paths of all questions so far. */
  readonly asked: string[] = [];
  private text: string | undefined;
  private readonly waiting: ServerResponse[] = [];
  private readonly server = createServer((request, response) => {
    request.resume().on('end', () => {
      this.asked.push(request.url!);
      if (this.text === undefined) this.waiting.push(response);
      else answer(response, this.text);
    });
  });

  private constructor() {}

  static async start(): Promise<DictatedCourt> {
    const court = new DictatedCourt();
    await new Promise<void>((resolve) => court.server.listen(0, '127.0.0.1', resolve));
    return court;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What questions are answered from now on, those that wait included; `undefined`: they wait. */
  says(text: string | undefined): void {
    this.text = text;
    if (text !== undefined) for (const response of this.waiting.splice(0)) answer(response, text);
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

function answer(response: ServerResponse, text: string): void {
  response.setHeader('content-type', 'application/json').end(text);
}

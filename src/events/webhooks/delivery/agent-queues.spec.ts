import { AgentQueues } from './agent-queues';

describe('AgentQueues', () => {
  const steps: string[] = [];
  const release = new Map<string, () => void>();
  let ended: number;
  let queues: AgentQueues;

  beforeEach(() => {
    steps.length = ended = 0;
    queues = new AgentQueues(() => ended++);
  });

  /** Work that begins and then waits until it is released. */
  const add = (agentId: string, name: string): void =>
    queues.add(agentId, async () => {
      steps.push(`begin ${name}`);
      await new Promise<void>((resolve) => release.set(name, resolve));
      steps.push(`end ${name}`);
    });

  const turn = (): Promise<void> => new Promise(setImmediate);

  async function end(name: string): Promise<void> {
    release.get(name)!();
    await turn();
  }

  it('does the work for one agent in order, and that of others meanwhile', async () => {
    add('a', 'a1');
    add('a', 'a2');
    add('b', 'b1');
    await turn();
    expect(steps).toEqual(['begin a1', 'begin b1']);
    expect(queues.size).toBe(2);
    await end('b1');
    expect(queues.has('b')).toBe(false);
    await end('a1');
    expect(steps).toEqual(['begin a1', 'begin b1', 'end b1', 'end a1', 'begin a2']);
    expect(queues.has('a')).toBe(true);
    expect(ended).toBe(2);
    await end('a2');
    expect(queues.size).toBe(0);
  });

  it('is idle when what was added in the meantime is done as well', async () => {
    add('a', 'a1');
    let isIdle = false;
    const idle = queues.idle().then(() => (isIdle = true));
    await turn();
    add('a', 'a2');
    await end('a1');
    expect(isIdle).toBe(false);
    await end('a2');
    await idle;
    expect(steps).toHaveLength(4);
  });
});

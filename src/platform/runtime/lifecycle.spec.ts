import { Logger } from '@nestjs/common';
import { Lifecycle, type StopStage } from './lifecycle';

describe('Lifecycle', () => {
  it('takes the stages of a stop one after the other, whatever the order in which they were named', async () => {
    const lifecycle = new Lifecycle();
    const order: string[] = [];
    const stages: StopStage[] = ['connections', 'last writes', 'periodic work', 'requests'];
    for (const stage of stages)
      lifecycle.onStop(stage, stage, async () => {
        order.push(`${stage} begins`);
        await new Promise(setImmediate);
        order.push(`${stage} ends`);
      });
    await lifecycle.beforeApplicationShutdown();
    expect(order).toEqual(
      ['periodic work', 'requests', 'last writes', 'connections'].flatMap((stage) => [
        `${stage} begins`,
        `${stage} ends`,
      ]),
    );
    expect(lifecycle.stopping.aborted).toBe(true);
  });

  it('names the steps that have not ended', async () => {
    const lifecycle = new Lifecycle();
    let end!: () => void;
    lifecycle.onStop('requests', 'http', () => new Promise<void>((resolve) => (end = resolve)));
    const stop = lifecycle.beforeApplicationShutdown();
    await new Promise(setImmediate);
    expect(lifecycle.unfinished).toEqual(['http']);
    end();
    await stop;
    expect(lifecycle.unfinished).toEqual([]);
  });

  it('goes on when a step fails, and logs which', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    const lifecycle = new Lifecycle();
    const done: string[] = [];
    lifecycle.onStop('requests', 'http', () => {
      throw new Error('no');
    });
    lifecycle.onStop('requests', 'other', () => void done.push('other'));
    lifecycle.onStop('connections', 'cache', () => void done.push('cache'));
    await lifecycle.beforeApplicationShutdown();
    expect(done).toEqual(['other', 'cache']);
    expect(error).toHaveBeenCalledWith(expect.objectContaining({ stage: 'requests', step: 'http' }));
    error.mockRestore();
  });
});

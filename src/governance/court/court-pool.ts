import { AsyncResource } from 'node:async_hooks';
import { Client, Pool, type Dispatcher } from 'undici';

type Options = Dispatcher.DispatchOptions & { maker?: AsyncResource };

/**
 * Connections to one server. A request that has to wait for one is still sent in the async context of its caller: undici would send
 * it in the asynchronous context of the connection, which is that of the first request it has carried, and a trace would
 * tell every question as that one's.
 */
export class CourtPool extends Pool {
  constructor(origin: string, options: Pool.Options) {
    super(origin, { ...options, factory: (url, settings) => new CourtConnection(url, settings) });
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const made: Options = { ...options, maker: new AsyncResource('CourtQuestion') };
    return super.dispatch(made, handler);
  }
}

class CourtConnection extends Client {
  override dispatch(options: Options, handler: Dispatcher.DispatchHandler): boolean {
    const send = (): boolean => super.dispatch(options, handler);
    return options.maker ? options.maker.runInAsyncScope(send) : send();
  }
}

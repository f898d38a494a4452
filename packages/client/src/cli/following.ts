import type { FollowOptions } from '../stream.js';
import type { Call } from './command.js';
import { reasonOf } from './failure.js';
import type { Option } from './option.js';

/** A person waits: so often it is tried to reach a registry that has not answered yet. */
const FIRST_TRIES = 3;

/** Of the time when the program asked again and again. */
export const FORMER_INTERVAL: Option = {
  name: 'interval',
  value: 'SECONDS',
  number: { min: 0.1, max: 3600 },
  help: 'without effect: the registry sends what changes; to be removed in another release',
};

export function noteFormerInterval({ args, output }: Call): void {
  if (args.has(FORMER_INTERVAL.name)) output.note('--interval has no effect any more: the registry sends what changes');
}

/** Says that the registry does not answer, and why; undefined: that it does again. */
export type TellOutage = (reason: string | undefined) => void;

/** Follows until Ctrl-C, through outages once the registry has answered, and tells of them. */
export function untilInterrupted(call: Call, tell: TellOutage = (reason) => noteOutage(call, reason)): FollowOptions {
  const { interruption } = call;
  const ending = new AbortController();
  const interrupt = (): void => ending.abort(interruption.reason);
  if (interruption.aborted) interrupt();
  interruption.addEventListener('abort', interrupt, { once: true });
  let hasAnswered = false;
  let isAway = false;
  let failures = 0;
  return {
    signal: ending.signal,
    onConnect: () => {
      if (isAway) tell(undefined);
      hasAnswered = true;
      isAway = false;
    },
    onDisconnect: (error) => {
      if (!hasAnswered && ++failures === FIRST_TRIES) ending.abort(error);
      // One that ends a stream in good order, as at its stop, is only away when it does not take the next.
      if (!hasAnswered || isAway || error === undefined) return;
      tell(reasonOf(error));
      isAway = true;
    },
  };
}

function noteOutage({ output }: Call, reason: string | undefined): void {
  output.note(reason === undefined ? 'the registry answers again' : `trying again: ${reason}`);
}

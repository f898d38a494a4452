import { SystemClock } from '../common/clock';
import { withTimeout } from '../common/with-timeout';
import { processEnvironment } from '../config/load-configuration';
import { isTracingOn } from '../config/is-tracing-on';
import type { Tracing } from './open-telemetry';

/** Long enough for a collector that is there; a stop does not wait for one that is not. */
const FLUSH_MS = 1000;

/**
 * Importing this file switches tracing on, if the environment asks for it. It has to come before everything that is traced
 * (`http`, `pg`, `undici`) is loaded. When tracing is off, it loads nothing of OpenTelemetry.
 */
const tracing = isAskedFor() ? start() : undefined;

/** Sends the spans that have ended and not been sent yet, for a second at most. Never fails. There is no tracing afterwards. */
export async function flushTraces(): Promise<void> {
  if (tracing) await withTimeout(new SystemClock(), FLUSH_MS, tracing.shutdown()).catch(() => undefined);
}

function isAskedFor(): boolean {
  try {
    return isTracingOn(processEnvironment());
  } catch {
    return false; // a `.env` that cannot be read: the start meets it again, and tells it
  }
}

function start(): Tracing {
  const { startTracing } = require('./open-telemetry') as typeof import('./open-telemetry');
  return startTracing();
}

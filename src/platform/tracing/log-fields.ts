import { isTracingOn, type TracingSwitch } from '../config/is-tracing-on';

/** What every log line of a traced request carries, as OpenTelemetry names it in logs that are not its own. */
export interface TraceFields {
  trace_id?: string;
  span_id?: string;
}

/** Where the logger finds the trace that a line belongs to; undefined, and nothing is loaded, when tracing is off. */
export function traceFields(settings: TracingSwitch): (() => TraceFields) | undefined {
  if (!isTracingOn(settings)) return undefined;
  const { isSpanContextValid, trace } = require('@opentelemetry/api') as typeof import('@opentelemetry/api');
  return () => {
    const span = trace.getActiveSpan()?.spanContext();
    return span && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {};
  };
}

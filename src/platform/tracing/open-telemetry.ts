import type { IncomingMessage } from 'node:http';
import type { Span } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { registerInstrumentations, type Instrumentation } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { routeTemplate } from '../http/http-metrics';
import { LoggingSpanExporter } from './logging-span-exporter';

/** Tracing that has been started. */
export interface Tracing {
  /** Sends what is left. Never fails; a collector that does not answer takes its time. */
  shutdown(): Promise<void>;
}

/**
 * Traces requests, and within them SQL and questions to the court. What traces are called, which of them are kept and where
 * they go, the SDK reads from its own `OTEL_*` variables.
 */
export function startTracing(): Tracing {
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'agent-registry' }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new LoggingSpanExporter(new OTLPTraceExporter()))],
  });
  // Without W3C baggage, the SDK's other default: what clients put in there is not for the court.
  provider.register({ propagator: new W3CTraceContextPropagator() });
  registerInstrumentations({ instrumentations: instrumentations() });
  return { shutdown: () => provider.shutdown().catch(() => undefined) };
}

/** SQL and questions within requests only: what the sweep and the write-behind do all the time is no trace of its own. */
function instrumentations(): Instrumentation[] {
  return [
    new HttpInstrumentation({
      ignoreIncomingRequestHook: isProbe,
      startIncomingSpanHook: () => ({ 'url.query': undefined }), // it may hold what should be in no trace, as in no log
      applyCustomAttributesOnSpan: (span, request) => nameByRoute(span, request as IncomingMessage),
      disableOutgoingRequestInstrumentation: true, // all there is are the exporter's own
    }),
    new PgInstrumentation({ requireParentSpan: true, ignoreConnectSpans: true }),
    new UndiciInstrumentation({ requireParentforSpans: true }),
  ];
}

/** Asked every few seconds, and of no interest to anybody. */
function isProbe({ url = '' }: IncomingMessage): boolean {
  return /^\/(?:health|metrics)(?:[/?]|$)/.test(url);
}

function nameByRoute(span: Span, request: IncomingMessage & { route?: { path?: unknown } }): void {
  const route = routeTemplate(request.route?.path);
  if (route === undefined) return;
  span.setAttribute('http.route', route).updateName(`${request.method} ${route}`);
}

/** The standard variables of OpenTelemetry that decide whether there are traces. */
export interface TracingSwitch {
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;
  OTEL_SDK_DISABLED?: string;
  OTEL_TRACES_EXPORTER?: string;
}

/** Whether requests are traced: there is somewhere to send traces to, and nobody has switched them off. Empty counts as not set. */
export function isTracingOn(settings: TracingSwitch | NodeJS.ProcessEnv): boolean {
  const isDisabled = settings.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true';
  if (isDisabled || settings.OTEL_TRACES_EXPORTER?.trim() === 'none') return false;
  const endpoints = [settings.OTEL_EXPORTER_OTLP_ENDPOINT, settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT];
  return endpoints.some((endpoint) => Boolean(endpoint?.trim()));
}

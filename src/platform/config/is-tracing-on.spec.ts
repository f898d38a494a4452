import { isTracingOn, type TracingSwitch } from './is-tracing-on';

describe('isTracingOn', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

  it.each<[boolean, TracingSwitch]>([
    [false, {}],
    [false, { OTEL_EXPORTER_OTLP_ENDPOINT: ' ', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '' }],
    [false, { OTEL_SDK_DISABLED: 'false', OTEL_TRACES_EXPORTER: 'otlp' }],
    [true, endpoint],
    [true, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' }],
    [true, { ...endpoint, OTEL_SDK_DISABLED: '', OTEL_TRACES_EXPORTER: 'otlp' }],
    [true, { ...endpoint, OTEL_SDK_DISABLED: 'false' }],
    [true, { ...endpoint, OTEL_SDK_DISABLED: '1' }], // the specification knows no other word than "true"
    [false, { ...endpoint, OTEL_SDK_DISABLED: 'true' }],
    [false, { ...endpoint, OTEL_SDK_DISABLED: ' TRUE ' }],
    [false, { ...endpoint, OTEL_TRACES_EXPORTER: 'none' }],
  ])('is %s for %j', (expected, settings) => {
    expect(isTracingOn(settings)).toBe(expected);
  });
});

import { AsyncResource } from 'node:async_hooks';
import { Logger } from '@nestjs/common';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';

/** Logs when traces no longer get through, and when they do again; the exporter itself is silent. */
export class LoggingSpanExporter implements SpanExporter {
  private readonly logger = new Logger('Tracing');
  private isFailing = false;

  /** Outside of the request that happened to begin the batch: the line is not about that one. */
  private readonly tell = AsyncResource.bind((result: ExportResult) => this.tellChange(result));

  constructor(private readonly exporter: SpanExporter) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(spans, (result) => {
      this.tell(result);
      done(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  private tellChange({ code, error }: ExportResult): void {
    const hasFailed = code !== ExportResultCode.SUCCESS;
    if (hasFailed === this.isFailing) return;
    this.isFailing = hasFailed;
    if (hasFailed) this.logger.warn({ msg: 'Traces do not get through', err: error });
    else this.logger.log('Traces get through again');
  }
}

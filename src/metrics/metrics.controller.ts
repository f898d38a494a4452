import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces } from '@nestjs/swagger';
import { ApiTag } from '../platform/http/api-tag';
import type { Response } from 'express';
import { WorkerLink } from '../platform/cluster/worker-link';
import { Requires } from '../platform/access/requires.decorator';
import { ReadsQuery } from '../platform/validation/http-input';
import { RateLimit } from '../platform/limits/rate-limit.decorator';
import { Instruments } from '../platform/observability/instruments';

/** Answers Prometheus. */
@ApiTag('service')
@RateLimit('none')
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly instruments: Instruments,
    private readonly link: WorkerLink,
  ) {}

  /** Whatever Prometheus is configured to add to the query is none of our business. */
  @Get()
  @ReadsQuery()
  @Requires('metrics')
  @ApiOperation({
    operationId: 'getMetrics',
    summary: 'Metrics for Prometheus',
    description: 'In Prometheus’s text format; `docs/metrics.md` lists them. Any query parameters are ignored.',
  })
  @ApiProduces('text/plain')
  @ApiOkResponse({ type: String, description: 'All metrics of this replica.' })
  async scrape(@Res() response: Response): Promise<void> {
    const own = this.link.hasSiblings ? this.link.scrapeAll() : this.instruments.registry.metrics();
    const text = (await own) + this.instruments.appendedText();
    response.setHeader('content-type', this.instruments.registry.contentType); // Express's own methods change it
    response.end(text);
  }
}

import { Module } from '@nestjs/common';
import { RetentionService } from './retention.service';
import { RetentionMetrics } from './retention.metrics';

/** Keeps tables from growing without end: what is past its retention is deleted. */
@Module({
  providers: [RetentionMetrics, RetentionService],
  exports: [RetentionService],
})
export class RetentionModule {}

import { Module } from '@nestjs/common';
import { StreamHub } from './stream-hub';
import { StreamMetrics } from './stream-metrics';

/** Answers that last. */
@Module({ providers: [StreamHub, StreamMetrics], exports: [StreamHub] })
export class StreamsModule {}

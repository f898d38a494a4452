import { Module } from '@nestjs/common';
import { LimitsModule } from '../limits/limits.module';
import { HotLane } from './hot-lane';

/** The way around Express for the few routes that fleets use all the time. A module adds its own to {@link HotLane}. */
@Module({ imports: [LimitsModule], providers: [HotLane], exports: [HotLane] })
export class LaneModule {}

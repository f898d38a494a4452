import { Module } from '@nestjs/common';
import { GateModule } from '../gate/gate.module';
import { HotLane } from './hot-lane';

/** The way around Express for the few routes that fleets use all the time. A module adds its own to {@link HotLane}. */
@Module({ imports: [GateModule], providers: [HotLane], exports: [HotLane] })
export class LaneModule {}

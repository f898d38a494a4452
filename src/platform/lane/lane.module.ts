import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { GateModule } from '../gate/gate.module';
import { HotLane } from './hot-lane';

/** Answers the few routes that fleets use all the time in front of Express: those that are marked with `@HotRoute`. */
@Module({ imports: [DiscoveryModule, GateModule], providers: [HotLane] })
export class LaneModule {}

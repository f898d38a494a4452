import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { BytesInFlight } from '../http/bodies/bytes-in-flight';
import { Clock } from '../common/clock';
import { Configuration } from '../config/configuration';
import { LimitsModule } from '../limits/limits.module';
import { GateGuard } from './gate.guard';
import { RequestGate } from './request-gate';
import { EdgeMetrics } from './edge.metrics';

/** What requests pass before anything is done for them, the same on both lanes. */
@Module({
  imports: [LimitsModule],
  providers: [
    EdgeMetrics,
    RequestGate,
    { provide: APP_GUARD, useClass: GateGuard },
    {
      provide: BytesInFlight,
      inject: [Configuration, Clock],
      useFactory: ({ REQUEST_BYTES_IN_FLIGHT }: Configuration, clock: Clock) =>
        new BytesInFlight(REQUEST_BYTES_IN_FLIGHT, clock),
    },
  ],
  exports: [BytesInFlight, LimitsModule, RequestGate],
})
export class GateModule {}

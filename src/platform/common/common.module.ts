import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { HttpResponseInterceptor } from '../http/http-response';
import { Clock, SystemClock } from './clock';
import { Lifecycle } from '../runtime/lifecycle';
import { rejectReservedIds, rejectUnexpectedQuery } from '../validation/http-input';
import { ServiceLogger } from '../observability/logging';
import { OutageLog } from '../observability/outage-log';
import { ProblemFilter } from '../validation/problem.filter';

/** What every module relies on: the clock, and how requests are refused. */
@Global()
@Module({
  providers: [
    Lifecycle,
    OutageLog,
    ServiceLogger,
    { provide: Clock, useClass: SystemClock },
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_INTERCEPTOR, useClass: HttpResponseInterceptor },
    { provide: APP_GUARD, useValue: { canActivate: rejectReservedIds } },
    { provide: APP_GUARD, useValue: { canActivate: rejectUnexpectedQuery } },
  ],
  exports: [Clock, Lifecycle, OutageLog],
})
export class CommonModule {}

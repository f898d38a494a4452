import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { GuardedFetch } from '../http/guarded-fetch';
import { HttpResponseInterceptor } from '../http/http-response';
import { StaticPages } from '../http/static-pages';
import { HostResolver } from '../http/outbound/host-resolver';
import { Clock, SystemClock } from './clock';
import { SealedSecrets } from './sealed-secrets/sealed-secrets';
import { Lifecycle } from '../runtime/lifecycle';
import { rejectReservedIds, rejectUnexpectedQuery } from '../validation/http-input';
import { ServiceLogger } from '../observability/logging';
import { OutageLog } from '../observability/outage-log';
import { ProblemFilter } from '../validation/problem.filter';

/** What every module relies on: the clock, how requests are refused, where static pages are declared. */
@Global()
@Module({
  providers: [
    GuardedFetch,
    { provide: HostResolver, useFactory: () => new HostResolver() },
    Lifecycle,
    OutageLog,
    SealedSecrets,
    ServiceLogger,
    StaticPages,
    { provide: Clock, useClass: SystemClock },
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_INTERCEPTOR, useClass: HttpResponseInterceptor },
    { provide: APP_GUARD, useValue: { canActivate: rejectReservedIds } },
    { provide: APP_GUARD, useValue: { canActivate: rejectUnexpectedQuery } },
  ],
  exports: [Clock, GuardedFetch, Lifecycle, OutageLog, SealedSecrets, StaticPages],
})
export class CommonModule {}

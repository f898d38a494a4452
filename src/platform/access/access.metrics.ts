import { Injectable } from '@nestjs/common';
import { Instruments, type Sample } from '../observability/instruments';
import { defineMetrics } from '../observability/metric-definitions';
import { Authenticator } from './authenticator';

const METRICS = defineMetrics({
  access_token_expires_timestamp_seconds: {
    type: 'gauge',
    help: 'When the last token of a client in the list of tokens expires, Unix time; absent for a client with a token that does not expire. name is the client.',
    labels: ['name'],
    ofWorkers: 'max',
  },
});

/** How long the tokens of the configuration last. */
@Injectable()
export class AccessMetrics {
  constructor(instruments: Instruments, authenticator: Authenticator) {
    instruments.gauge(METRICS.access_token_expires_timestamp_seconds, () =>
      [...authenticator.expiryByClient]
        .filter(([, expiry]) => expiry !== Infinity)
        .map(([name, expiry]): Sample => [{ name }, expiry / 1000]),
    );
  }
}

import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/common/clock';
import { Instruments, type Sample } from '../../platform/observability/instruments';
import { defineMetrics } from '../../platform/observability/metric-definitions';
import { WebhookDispatcher } from './delivery/webhook-dispatcher';
import type { WebhookRun } from './delivery/webhook-run';
import { WebhookSender } from './delivery/webhook-sender';

const METRICS = defineMetrics({
  webhook_attempts_total: {
    type: 'counter',
    help: 'Attempts to deliver an event. outcome is delivered, retried (it failed, and another one follows) or failed (it was the last).',
    labels: ['outcome'],
  },
  webhook_attempt_duration_seconds: {
    type: 'histogram',
    help: 'Time until an attempt was answered or given up, tests included.',
    labels: [],
  },
  webhook_lag_seconds: {
    type: 'gauge',
    help: 'Age of the oldest event that a webhook has not dealt with: neither delivered, nor waiting for another attempt. From the replica that delivers for it.',
    labels: ['webhook'],
    ofWorkers: 'max',
  },
  webhook_waiting_deliveries: {
    type: 'gauge',
    help: 'Events of a webhook that wait for another attempt, or behind one of the same agent.',
    labels: ['webhook'],
    ofWorkers: 'max',
  },
  webhook_failing: {
    type: 'gauge',
    help: '1 while the last attempt of a webhook has failed, else 0.',
    labels: ['webhook'],
    ofWorkers: 'max',
  },
  webhooks_disabled_total: {
    type: 'counter',
    help: 'Webhooks that this replica has disabled. reason is gone (the sink answered 410), failing (nothing but failures for five days) or token_ended.',
    labels: ['reason'],
  },
});

/** How deliveries are doing, as far as this replica makes them. */
@Injectable()
export class WebhooksMetrics {
  constructor(instruments: Instruments, dispatcher: WebhookDispatcher, sender: WebhookSender, clock: Clock) {
    const { attempts, disablings } = dispatcher.counts;
    const each = (read: (run: WebhookRun) => number): Sample[] =>
      [...dispatcher.active].map(([webhook, run]): Sample => [{ webhook }, read(run)]);
    instruments.counter(METRICS.webhook_attempts_total, () =>
      [...attempts].map(([outcome, count]): Sample => [{ outcome }, count]),
    );
    instruments.histogram(METRICS.webhook_attempt_duration_seconds, () => [[{}, sender.durations]]);
    instruments.gauge(METRICS.webhook_lag_seconds, () => each((run) => run.lagSeconds(clock.now())));
    instruments.gauge(METRICS.webhook_waiting_deliveries, () => each((run) => run.waiting));
    instruments.gauge(METRICS.webhook_failing, () => each((run) => (run.isFailing ? 1 : 0)));
    instruments.counter(METRICS.webhooks_disabled_total, () =>
      [...disablings].filter(([reason]) => reason !== 'client').map(([reason, count]): Sample => [{ reason }, count]),
    );
  }
}

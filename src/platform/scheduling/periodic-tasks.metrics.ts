import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { Instruments, type Sample } from '../observability/instruments';
import { defineMetrics } from '../observability/metric-definitions';
import { PeriodicTasks } from './periodic-tasks';

const METRICS = defineMetrics({
  periodic_task_duration_seconds: {
    type: 'histogram',
    help: 'Runs of periodic tasks that ended well. task is its name.',
    labels: ['task'],
  },
  periodic_task_failures_total: {
    type: 'counter',
    help: 'Runs of periodic tasks that failed; each is tried again at its next time.',
    labels: ['task'],
  },
  periodic_task_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When a run of the task last ended well in this process, as a Unix time; absent before the first.',
    labels: ['task'],
    ofWorkers: 'max',
  },
});

/** How periodic tasks are doing. */
@Injectable()
export class PeriodicTasksMetrics {
  constructor(instruments: Instruments, { states }: PeriodicTasks, clock: Clock) {
    instruments.histogram(METRICS.periodic_task_duration_seconds, () =>
      states.map(({ task, durations }) => [{ task: task.name }, durations]),
    );
    instruments.counter(METRICS.periodic_task_failures_total, () =>
      states.map(({ task, failures }): Sample => [{ task: task.name }, failures]),
    );
    instruments.gauge(METRICS.periodic_task_last_success_timestamp_seconds, () =>
      states.flatMap(({ task, lastSuccessAt }): Sample[] => {
        if (lastSuccessAt === undefined) return [];
        const agoMs = clock.monotonicMs() - lastSuccessAt;
        return [[{ task: task.name }, (clock.now().getTime() - agoMs) / 1000]];
      }),
    );
  }
}

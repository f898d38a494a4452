import { Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { PeriodicTasks } from './periodic-tasks';
import { PeriodicTasksMetrics } from './periodic-tasks.metrics';

/** Where modules add what is to be done again and again. */
@Global()
@Module({
  imports: [ScheduleModule.forRoot()],
  providers: [PeriodicTasks, PeriodicTasksMetrics],
  exports: [PeriodicTasks],
})
export class SchedulingModule {}

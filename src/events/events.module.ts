import { Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AgentEventEntity } from './agent-event.entity';
import { AgentEvents } from './agent-events';
import { EventLogRepository } from './event-log.repository';
import { EventLogService } from './event-log.service';
import { EventRetention } from './event-retention';
import { EventStream } from './event-stream';
import { EventLogTail } from './event-log.tail';

/** The event log, and the bus on which changes are told within this process. */
@Module({
  imports: [TypeOrmModule.forFeature([AgentEventEntity]), EventEmitterModule.forRoot()],
  providers: [AgentEvents, EventLogRepository, EventLogService, EventLogTail, EventRetention, EventStream],
  exports: [AgentEvents, EventLogService, EventRetention, EventStream],
})
export class EventsModule {}

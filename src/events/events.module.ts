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
import { EventLogMetrics } from './log/event-log.metrics';
import { EventLogReader } from './log/event-log.reader';
import { LogEpochEntity } from './log/log-epoch.entity';
import { LogEpochsRepository } from './log/log-epochs.repository';
import { LogHorizonEntity } from './log/log-horizon.entity';
import { LogPositions } from './log/log-positions';

/** The event log, and the bus on which changes are told within this process. */
@Module({
  imports: [
    TypeOrmModule.forFeature([AgentEventEntity, LogEpochEntity, LogHorizonEntity]),
    EventEmitterModule.forRoot(),
  ],
  providers: [
    AgentEvents,
    EventLogMetrics,
    EventLogReader,
    EventLogRepository,
    EventLogService,
    EventLogTail,
    EventRetention,
    EventStream,
    LogEpochsRepository,
    LogPositions,
  ],
  exports: [AgentEvents, EventLogReader, EventLogService, EventStream, LogPositions],
})
export class EventsModule {}

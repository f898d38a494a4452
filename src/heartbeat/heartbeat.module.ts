import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventsModule } from '../events/events.module';
import { RegistryModule } from '../registry/registry.module';
import { BeatFlusher } from './beat-flusher';
import { BeatsRepository } from './beats.repository';
import { LocalHealthMonitor } from './sweep/local-health-monitor';
import { HeartbeatController } from './heartbeat.controller';
import { HeartbeatReplies } from './heartbeat-replies';
import { HeartbeatService } from './heartbeat.service';
import { Incarnations } from './incarnations';
import { HeartbeatSweepEntity } from './sweep/heartbeat-sweep.entity';
import { FleetSweep } from './sweep/fleet-sweep';
import { OverdueAgents } from './sweep/overdue-agents';
import { OwnerCadences } from './sweep/owner-cadences';
import { PreservedGroups } from './sweep/preserved-groups';
import { HeartbeatSweeper } from './sweep/heartbeat.sweeper';
import { AgentDirectoryCache } from './agent-directory-cache';
import { OwnerCadenceEntity } from './sweep/owner-cadence.entity';
import { PreservedGroupEntity } from './sweep/preserved-group.entity';
import { ReplicaEntity } from './replica.entity';
import { ReplicaLease } from './replica-lease';
import { ReplicasRepository } from './replicas.repository';
import { SweepRepository } from './sweep/sweep.repository';
import { HeartbeatMetrics } from './heartbeat.metrics';
import { FlushIndicator } from './flush.indicator';
import { SweepIndicator } from './sweep/sweep.indicator';

/** Watches agents: takes their heartbeats in, writes them behind, and finds those that have fallen silent. */
@Module({
  imports: [
    TypeOrmModule.forFeature([HeartbeatSweepEntity, OwnerCadenceEntity, PreservedGroupEntity, ReplicaEntity]),
    EventsModule,
    RegistryModule,
  ],
  controllers: [HeartbeatController],
  providers: [
    SweepIndicator,
    FlushIndicator,
    HeartbeatMetrics,
    BeatFlusher,
    BeatsRepository,
    LocalHealthMonitor,
    HeartbeatReplies,
    HeartbeatService,
    Incarnations,
    HeartbeatSweeper,
    AgentDirectoryCache,
    ReplicaLease,
    ReplicasRepository,
    SweepRepository,
    PreservedGroups,
    OwnerCadences,
    OverdueAgents,
    FleetSweep,
  ],
  exports: [BeatFlusher, HeartbeatReplies, HeartbeatService, HeartbeatSweeper, ReplicaLease],
})
export class HeartbeatModule {}

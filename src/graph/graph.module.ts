import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventsModule } from '../events/events.module';
import { RegistryModule } from '../registry/registry.module';
import { AgentAvailabilityEntity } from './transitions/agent-availability.entity';
import { AvailabilityEvents } from './transitions/availability-events';
import { AvailabilityRepository } from './transitions/availability.repository';
import { AgentGraphController } from './agent-graph.controller';
import { FleetGraph } from './fleet-graph';
import { GraphController } from './graph.controller';
import { GraphMetrics } from './graph.metrics';
import { GraphService } from './graph.service';

/** Who depends on whom, who is available, and what breaks when agents stop. */
@Module({
  imports: [TypeOrmModule.forFeature([AgentAvailabilityEntity]), EventsModule, RegistryModule],
  controllers: [AgentGraphController, GraphController],
  providers: [AvailabilityEvents, AvailabilityRepository, FleetGraph, GraphMetrics, GraphService],
})
export class GraphModule {}

import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventsModule } from '../events/events.module';
import { RegistryModule } from '../registry/registry.module';
import { AgentAvailabilityEntity } from './agent-availability.entity';
import { AgentGraphController } from './agent-graph.controller';
import { FleetGraph } from './fleet-graph';
import { GraphController } from './graph.controller';
import { GraphService } from './graph.service';

/** Who depends on whom, who is available, and what breaks when agents stop. */
@Module({
  imports: [TypeOrmModule.forFeature([AgentAvailabilityEntity]), EventsModule, RegistryModule],
  controllers: [AgentGraphController, GraphController],
  providers: [FleetGraph, GraphService],
})
export class GraphModule {}

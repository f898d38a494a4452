import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventsModule } from '../events/events.module';
import { RegistryModule } from '../registry/registry.module';
import { AgentAvailabilityEntity } from './agent-availability.entity';
import { FleetGraph } from './fleet-graph';

/** Who depends on whom, who is available, and what breaks when agents stop. */
@Module({
  imports: [TypeOrmModule.forFeature([AgentAvailabilityEntity]), EventsModule, RegistryModule],
  providers: [FleetGraph],
})
export class GraphModule {}

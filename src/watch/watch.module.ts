import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module';
import { StreamsModule } from '../platform/streams/streams.module';
import { RegistryModule } from '../registry/registry.module';
import { AgentChanges } from './agent-changes';
import { AgentWatches } from './agent-watches';
import { WatchController } from './watch.controller';

/** `GET /agents/watch`: the agents that match, kept up to date. */
@Module({
  imports: [EventsModule, RegistryModule, StreamsModule],
  controllers: [WatchController],
  providers: [AgentChanges, AgentWatches],
})
export class WatchModule {}

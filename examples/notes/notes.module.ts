import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HeartbeatModule } from '../../src/heartbeat/heartbeat.module';
import { RegistryModule } from '../../src/registry/registry.module';
import { NoteEntity } from './note.entity';
import { AnnouncementsController, NotesController } from './notes.controller';
import { NotesIndicator } from './notes.indicator';
import { NotesMetrics } from './notes.metrics';
import { NotesRepository } from './notes.repository';
import { NotesService } from './notes.service';

/** The module of docs/extending.md. In the service, this folder stands in `src/`. */
@Module({
  imports: [TypeOrmModule.forFeature([NoteEntity]), HeartbeatModule, RegistryModule],
  controllers: [AnnouncementsController, NotesController],
  providers: [NotesIndicator, NotesMetrics, NotesRepository, NotesService],
})
export class NotesModule {}

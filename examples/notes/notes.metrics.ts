import { Injectable } from '@nestjs/common';
import { Instruments } from '../../src/platform/observability/instruments';
import { defineMetrics } from '../../src/platform/observability/metric-definitions';
import { NotesService } from './notes.service';

const METRICS = defineMetrics({
  agent_notes_total: {
    type: 'counter',
    help: 'Notes about agents that were written.',
    labels: [],
  },
});

@Injectable()
export class NotesMetrics {
  constructor(instruments: Instruments, notes: NotesService) {
    instruments.counter(METRICS.agent_notes_total, () => notes.written);
  }
}

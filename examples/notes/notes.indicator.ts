import { Injectable } from '@nestjs/common';
import { HealthChecks } from '../../src/platform/observability/health-checks';
import { NotesService } from './notes.service';

/** More agents than this do not read their notes: somebody should look. */
const MANY = 10_000;

/** Whether agents read what is written to them. */
@Injectable()
export class NotesIndicator {
  constructor(checks: HealthChecks, notes: NotesService) {
    checks.add({
      name: 'notes',
      look: () => ({ isUp: notes.waiting < MANY, details: { agents_with_unread_notes: notes.waiting } }),
    });
  }
}

import { Injectable } from '@nestjs/common';
import { Database } from '../../src/platform/database/database';
import { ReportingDatabase } from '../../src/platform/database/reporting-database';
import type { NoteEntity } from './note.entity';

const COLUMNS = 'id, agent_id AS "agentId", text, author, written_at AS "writtenAt"';

/** The SQL of notes. */
@Injectable()
export class NotesRepository {
  constructor(
    private readonly database: Database,
    private readonly reporting: ReportingDatabase,
  ) {}

  async add(agentId: string, text: string, author: string | null): Promise<NoteEntity> {
    const sql = `INSERT INTO agent_notes (agent_id, text, author) VALUES ($1, $2, $3) RETURNING ${COLUMNS}`;
    const [note] = await this.database.query<NoteEntity>(sql, [agentId, text, author]);
    return note!;
  }

  /** Newest first, at most `limit`. */
  async ofAgent(agentId: string, limit: number): Promise<NoteEntity[]> {
    const sql = `SELECT ${COLUMNS} FROM agent_notes WHERE agent_id = $1 ORDER BY id DESC LIMIT $2`;
    return this.reporting.query<NoteEntity>(sql, [agentId, limit]);
  }
}

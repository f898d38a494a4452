import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A person's note about an agent. It goes when the agent's row does. */
@Entity('agent_notes')
@Index('idx_agent_notes_agent', ['agentId', 'id'])
export class NoteEntity {
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'agent_notes_pkey' })
  id!: string;

  @Column({ name: 'agent_id', type: 'varchar', length: 255, collation: 'C' })
  agentId!: string;

  @Column({ type: 'varchar', length: 2000 })
  text!: string;

  /** Who wrote it; null while access control is off. */
  @Column({ type: 'varchar', length: 255, nullable: true })
  author!: string | null;

  @Column({ name: 'written_at', type: 'timestamptz', default: () => 'now()' })
  writtenAt!: Date;
}

import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { AgentEvent } from './agent-event';
import { ProvenanceColumns } from './provenance-columns';

/** A row of `agent_events`. Written once, by the statement that changed the agent. */
@Entity('agent_events')
@Index('idx_agent_events_agent', ['agentId', 'revision'])
export class AgentEventEntity extends ProvenanceColumns implements Omit<AgentEvent, 'actor'> {
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'agent_events_pkey' })
  revision!: string;

  @Column({ name: 'agent_id', type: 'varchar', length: 255, collation: 'C' })
  agentId!: string;

  @Column({ type: 'varchar', length: 50 })
  type!: string;

  @Column({ name: 'request_id', type: 'uuid', nullable: true })
  requestId!: string | null;

  @Column({ name: 'occurred_at', type: 'timestamptz', default: () => 'clock_timestamp()' })
  occurredAt!: Date;

  @Column({ name: 'from_status', type: 'varchar', length: 50, nullable: true })
  from!: string | null;

  @Column({ name: 'to_status', type: 'varchar', length: 50, nullable: true })
  to!: string | null;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'jsonb', default: {} })
  data!: Record<string, unknown>;
}

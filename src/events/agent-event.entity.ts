import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { AgentEvent, Actor, EventCause } from './agent-event';

/** A row of `agent_events`. Written once, by the statement that changed the agent. */
@Entity('agent_events')
@Index('idx_agent_events_agent', ['agentId', 'revision'])
export class AgentEventEntity implements Omit<AgentEvent, 'actor'> {
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'agent_events_pkey' })
  revision!: string;

  @Column({ name: 'agent_id', type: 'varchar', length: 255, collation: 'C' })
  agentId!: string;

  @Column({ type: 'varchar', length: 50 })
  type!: string;

  @Column({ type: 'varchar', length: 20, default: 'unknown' })
  cause!: EventCause;

  @Column({ name: 'actor_kind', type: 'varchar', length: 20, nullable: true })
  actorKind!: Actor['kind'] | null;

  @Column({ name: 'actor_name', type: 'varchar', length: 255, nullable: true })
  actorName!: string | null;

  @Column({ name: 'request_id', type: 'uuid', nullable: true })
  requestId!: string | null;

  @Column({ name: 'client_request_id', type: 'varchar', length: 128, nullable: true })
  clientRequestId!: string | null;

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

import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { ProvenanceColumns } from '../events/provenance-columns';

export const VERDICTS = ['allowed', 'denied', 'error_open', 'error_closed'] as const;
/** `error_…`: there was no usable answer, and the change went on (`open`) or did not (`closed`). */
export type Verdict = (typeof VERDICTS)[number];

/** One line of the audit trail: a change that was put before the policy, and what came of it. */
@Entity('governance_decisions')
@Index('idx_governance_decisions_agent', ['agentId', 'id'])
@Index('idx_governance_decisions_refused', ['id'], { where: `verdict <> 'allowed'` })
export class GovernanceDecisionEntity extends ProvenanceColumns {
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'governance_decisions_pkey' })
  id!: string;

  @Column({ name: 'decided_at', type: 'timestamptz', default: () => 'now()' })
  decidedAt!: Date;

  @Column({ type: 'varchar', length: 50 })
  action!: string;

  @Column({ name: 'agent_id', type: 'varchar', length: 255, collation: 'C' })
  agentId!: string;

  @Column({ type: 'varchar', length: 20 })
  verdict!: Verdict;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'jsonb', default: {} })
  findings!: Record<string, unknown>;

  @Column({ name: 'latency_ms', type: 'double precision' })
  latencyMs!: number;

  @Column({ name: 'breaker_state', type: 'varchar', length: 20, nullable: true })
  breakerState!: string | null;

  /** The registry's own; in rows of an earlier release the client's, if it sent one. */
  @Column({ name: 'request_id', type: 'varchar', length: 128, nullable: true })
  requestId!: string | null;
}

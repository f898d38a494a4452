import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AgentStatus, MaintainedBy } from '../agent/agent-status';
import type { ReportedHealth } from '../agent/agent-health';
import type { AgentDependency, AgentSkill } from '../agent/agent-skill';

/** How often the agent sends heartbeats; without `enabled` none are expected. */
export interface HeartbeatSettings {
  interval_seconds: number;
  enabled: boolean;
}

/** A row of `agents`: the original's columns, then ours. */
@Entity('agents')
@Index('idx_agents_type', ['type', 'id'])
@Index('idx_agents_status', ['status', 'id'])
@Index('idx_agents_name', ['name'])
@Index('idx_agents_category', ['category'])
@Index('idx_agents_version', ['version'])
@Index('idx_agents_capabilities', { synchronize: false }) // GIN on an expression, which TypeORM cannot say
@Index('idx_agents_locality', ['locality'])
@Index('idx_agents_metadata', { synchronize: false })
@Index('idx_agents_last_seen', { synchronize: false }) // BRIN, and only where PostgreSQL keeps HOT updates under it
@Index('idx_agents_dependents', ['id'], { where: 'depends_on IS NOT NULL' })
@Index('idx_agents_deregistered_at', ['deregisteredAt'], { where: 'deregistered_at IS NOT NULL' })
@Check('agents_tombstone', `(status = 'deregistered') = (deregistered_at IS NOT NULL)`)
export class AgentEntity {
  @PrimaryColumn({ type: 'varchar', length: 255, collation: 'C', primaryKeyConstraintName: 'agents_pkey' })
  id!: string;

  @Column({ type: 'varchar', length: 255 })
  name!: string;

  @Column({ type: 'varchar', length: 100 })
  type!: string;

  @Column({ type: 'varchar', length: 100, nullable: true })
  category!: string | null;

  @Column({ type: 'varchar', length: 50, nullable: true })
  version!: string | null;

  @Column({ type: 'jsonb', default: [] })
  capabilities!: string[];

  @Column({ type: 'jsonb', default: {} })
  endpoints!: Record<string, string>;

  @Column({ type: 'varchar', length: 50, default: 'active' })
  status!: AgentStatus;

  @Column({ type: 'jsonb', default: {} })
  metadata!: Record<string, unknown>;

  @Column({ name: 'registered_at', type: 'timestamptz', default: () => 'now()' })
  registeredAt!: Date;

  /** The time of its last heartbeat or registration; null for a static definition that never was alive. */
  @Column({ name: 'last_seen', type: 'timestamptz', nullable: true, default: () => 'now()' })
  lastSeen!: Date | null;

  /** The last report, null before the first. */
  @Column({ type: 'jsonb', nullable: true })
  health!: ReportedHealth | null;

  /** Whether the agent takes work, by its last heartbeat; null: as it is alive. See `isReady`. */
  @Column({ type: 'boolean', nullable: true })
  ready!: boolean | null;

  /** How busy it is, 0 to 1, by its last heartbeat; null: it did not say. */
  @Column({ type: 'double precision', nullable: true })
  load!: number | null;

  @Column({ type: 'jsonb', default: { enabled: true, interval_seconds: 10 } })
  heartbeat!: HeartbeatSettings;

  @Column({ type: 'varchar', length: 4096, nullable: true })
  description!: string | null;

  /** From the large to the small: `eu/de/fra1`. */
  @Column({ type: 'varchar', length: 255, nullable: true })
  locality!: string | null;

  /** Null in the table when there are none, likewise `accepts` and `depends_on`; queries give an empty list. */
  @Column({ type: 'jsonb', nullable: true })
  skills!: AgentSkill[];

  /** Actions that may be asked of the agent. */
  @Column({ type: 'jsonb', nullable: true })
  accepts!: string[];

  @Column({ type: 'jsonb', nullable: true })
  depends_on!: AgentDependency[];

  /** Counts the changes of registration fields and status; heartbeats leave it alone. */
  @Column({ type: 'integer', default: 1 })
  generation!: number;

  /** Who has set the present maintenance; null, as in rows of an earlier release: an operator, if it is in one. */
  @Column({ name: 'maintenance_by', type: 'varchar', length: 20, nullable: true })
  maintenanceBy!: MaintainedBy | null;

  /** Set on a tombstone. */
  @Column({ name: 'deregistered_at', type: 'timestamptz', nullable: true })
  deregisteredAt!: Date | null;

  /** Set on a tombstone whose id nothing may register under. */
  @Column({ name: 'banned_at', type: 'timestamptz', nullable: true })
  bannedAt!: Date | null;

  /** The process that the agent is, as its last registration said; null: it did not. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  incarnation!: string | null;

  /** The last other one that has beaten since, of which the log has an event. */
  @Column({ name: 'superseded_incarnation', type: 'varchar', length: 64, nullable: true, select: false })
  supersededIncarnation?: string | null;

  /** Whose it is, from `agent_credentials`, where the query has selected it; null: no owner. */
  owner?: string | null;
}

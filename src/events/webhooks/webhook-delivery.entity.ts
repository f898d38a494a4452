import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { WebhookEntity } from './webhook.entity';

/** `waiting`: for its next attempt, or for an earlier event of the same agent; `failed`: after the last attempt. */
export const DELIVERY_STATES = ['waiting', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** A row of `webhook_deliveries`: what became of one event at one webhook. The event itself stays in the log. */
@Entity('webhook_deliveries')
@Index('idx_webhook_deliveries_waiting', ['webhookId', 'agentId', 'revision'], { where: `state = 'waiting'` })
@Index('idx_webhook_deliveries_created_at', ['createdAt'])
export class WebhookDeliveryEntity {
  @PrimaryColumn({
    name: 'webhook_id',
    type: 'varchar',
    length: 64,
    collation: 'C',
    primaryKeyConstraintName: 'webhook_deliveries_pkey',
  })
  webhookId!: string;

  @ManyToOne(() => WebhookEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'webhook_deliveries_webhook_fkey' })
  webhook?: Relation<WebhookEntity>;

  /** Of the event. */
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'webhook_deliveries_pkey' })
  revision!: string;

  @Column({ name: 'agent_id', type: 'varchar', length: 255, collation: 'C' })
  agentId!: string;

  @Column({ name: 'event_type', type: 'varchar', length: 50 })
  eventType!: string;

  @Column({ type: 'varchar', length: 20 })
  state!: DeliveryState;

  @Column({ type: 'smallint', default: 0 })
  attempts!: number;

  /** Null while it waits for an earlier event of its agent. */
  @Column({ name: 'next_attempt_at', type: 'timestamptz', nullable: true })
  nextAttemptAt!: Date | null;

  @Column({ name: 'last_attempt_at', type: 'timestamptz', nullable: true })
  lastAttemptAt!: Date | null;

  /** Of the last answer. */
  @Column({ type: 'smallint', nullable: true })
  status!: number | null;

  /** Why there was no answer. */
  @Column({ type: 'varchar', length: 30, nullable: true })
  error!: string | null;

  @Column({ name: 'duration_ms', type: 'double precision', nullable: true })
  durationMs!: number | null;

  @Column({ name: 'request_bytes', type: 'integer', nullable: true })
  requestBytes!: number | null;

  @Column({ name: 'response_bytes', type: 'integer', nullable: true })
  responseBytes!: number | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'clock_timestamp()' })
  createdAt!: Date;
}

import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How an event is written: as a structured CloudEvent, or as Standard Webhooks recommend it. */
export const WEBHOOK_FORMATS = ['cloudevents', 'standard'] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

/**
 * Why nothing is sent: a client said so; the sink answered 410; all attempts of five days failed; its client has no token any more that may
 * have webhooks.
 */
export const DISABLED_REASONS = ['client', 'gone', 'failing', 'token_ended'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** A row of `webhooks`: where events are sent, and how far that has come. */
@Entity('webhooks')
export class WebhookEntity {
  @PrimaryColumn({ type: 'varchar', length: 64, collation: 'C', primaryKeyConstraintName: 'webhooks_pkey' })
  id!: string;

  /** The client that it belongs to; null: it was made while access control was off. */
  @Column({ type: 'varchar', length: 255, nullable: true })
  owner!: string | null;

  @Column({ type: 'text' })
  url!: string;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  /** Types of events; empty: all. */
  @Column({ type: 'jsonb', default: [] })
  types!: string[];

  @Column({ type: 'text', nullable: true })
  filter!: string | null;

  @Column({ type: 'varchar', length: 20 })
  format!: WebhookFormat;

  @Column({ type: 'boolean', default: true })
  enabled!: boolean;

  @Column({ name: 'disabled_reason', type: 'varchar', length: 30, nullable: true })
  disabledReason!: DisabledReason | null;

  @Column({ name: 'disabled_at', type: 'timestamptz', nullable: true })
  disabledAt!: Date | null;

  /** Sealed. */
  @Column({ type: 'text' })
  secret!: string;

  /** Sealed: signs too, until the time beside it. */
  @Column({ name: 'former_secret', type: 'text', nullable: true })
  formerSecret!: string | null;

  @Column({ name: 'former_secret_until', type: 'timestamptz', nullable: true })
  formerSecretUntil!: Date | null;

  /** Sealed JSON. */
  @Column({ type: 'text', nullable: true })
  headers!: string | null;

  @Column({ name: 'header_names', type: 'jsonb', default: [] })
  headerNames!: string[];

  /** All events up to this revision are done, or have a row of their own. */
  @Column({ type: 'bigint' })
  position!: string;

  /** Of the log, when the position was written. */
  @Column({ type: 'uuid' })
  epoch!: string;

  /** Counts the changes that clients make: what a replica does by what it was before is not written any more. */
  @Column({ type: 'bigint', default: 1 })
  run!: string;

  /** The first of the failures since the last success. */
  @Column({ name: 'failing_since', type: 'timestamptz', nullable: true })
  failingSince!: Date | null;

  @Column({ name: 'last_success_at', type: 'timestamptz', nullable: true })
  lastSuccessAt!: Date | null;

  @Column({ name: 'last_attempt_at', type: 'timestamptz', nullable: true })
  lastAttemptAt!: Date | null;

  @Column({ name: 'last_status', type: 'smallint', nullable: true })
  lastStatus!: number | null;

  @Column({ name: 'last_error', type: 'varchar', length: 30, nullable: true })
  lastError!: string | null;

  /** The replica that delivers. */
  @Column({ name: 'lease_holder', type: 'uuid', nullable: true })
  leaseHolder!: string | null;

  @Column({ name: 'lease_until', type: 'timestamptz', nullable: true })
  leaseUntil!: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt!: Date;
}

import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** How far the event log has been purged; one row, written by the statement that purges. */
@Entity('event_log_horizon')
@Check('event_log_horizon_id_check', 'id')
export class LogHorizonEntity {
  @PrimaryColumn({ type: 'boolean', default: true, primaryKeyConstraintName: 'event_log_horizon_pkey' })
  id!: boolean;

  /** The highest revision whose event has been purged. */
  @Column({ name: 'purged_through', type: 'bigint' })
  purgedThrough!: string;
}

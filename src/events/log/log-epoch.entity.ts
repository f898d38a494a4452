import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A stretch of the history of the event log that one PostgreSQL server has written as its primary. A fail-over begins another one: events
 * that the old primary had not passed on are not in it.
 */
@Entity('event_log_epochs')
export class LogEpochEntity {
  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'event_log_epochs_pkey' })
  number!: number;

  /** In cursors. */
  @Column('uuid')
  epoch!: string;

  /** That of `database_timeline`. */
  @Column('uuid')
  timeline!: string;

  /** The database's oid and the timeline of the server's write-ahead log. */
  @Column('text')
  server!: string;

  /** The last revision that was there when it began: up to it, cursors of the epoch before are good. */
  @Column({ name: 'began_after', type: 'bigint' })
  beganAfter!: string;

  @Column({ name: 'began_at', type: 'timestamptz', default: () => 'now()' })
  beganAt!: Date;
}

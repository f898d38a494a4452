import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** What the sweep remembers from one run to the next, whichever replica runs it. One row; all times are the database's. */
@Entity('heartbeat_sweep')
@Check('heartbeat_sweep_id_check', 'id')
export class HeartbeatSweepEntity {
  @PrimaryColumn({ type: 'boolean', default: true, primaryKeyConstraintName: 'heartbeat_sweep_pkey' })
  id!: boolean;

  @Column({ name: 'last_sweep_at', type: 'timestamptz', nullable: true })
  lastSweepAt!: Date | null;

  /** Since when the registry has been able to take heartbeats without a break. */
  @Column({ name: 'listening_since', type: 'timestamptz', default: () => 'now()' })
  listeningSince!: Date;

  /** Since when self-preservation holds agents alive, see `PreservedGroupEntity`; null when it does not. For the release before. */
  @Column({ name: 'protected_since', type: 'timestamptz', nullable: true })
  protectedSince!: Date | null;

  /** For the release before, likewise the next two: see `OwnerCadenceEntity`. */
  @Column({ type: 'double precision', default: 1 })
  stretch!: number;

  @Column({ type: 'double precision', default: 1 })
  tolerance!: number;

  @Column({ name: 'tolerance_until', type: 'timestamptz', default: () => 'now()' })
  toleranceUntil!: Date;
}

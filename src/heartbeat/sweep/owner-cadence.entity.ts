import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How slowly the agents of one owner beat, see `interval-scaling-rule.ts`. Owners that are not slowed have no row. */
@Entity('owner_cadences')
export class OwnerCadenceEntity {
  /** Empty: agents without an owner. */
  @PrimaryColumn({ type: 'varchar', length: 255, primaryKeyConstraintName: 'owner_cadences_pkey' })
  owner!: string;

  /** Seconds. */
  @Column({ type: 'double precision' })
  pause!: number;

  /** Seconds. */
  @Column({ type: 'double precision' })
  tolerance!: number;

  @Column({ name: 'tolerance_until', type: 'timestamptz' })
  toleranceUntil!: Date;

  /** Seconds; 0: none. */
  @Column({ name: 'next_tolerance', type: 'double precision', default: 0 })
  nextTolerance!: number;

  @Column({ name: 'next_tolerance_until', type: 'timestamptz', default: () => 'now()' })
  nextToleranceUntil!: Date;
}

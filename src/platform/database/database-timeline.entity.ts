import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** The history that this database is in. One row, which a restored backup does not bring along: the restored database begins another one. */
@Entity('database_timeline')
@Check('database_timeline_id_check', 'id')
export class DatabaseTimelineEntity {
  @PrimaryColumn({ type: 'boolean', default: true, primaryKeyConstraintName: 'database_timeline_pkey' })
  id!: boolean;

  @Column('uuid')
  timeline!: string;

  @Column({ name: 'began_at', type: 'timestamptz', default: () => 'now()' })
  beganAt!: Date;
}

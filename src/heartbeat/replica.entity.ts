import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * The lease of one running process of the service. It is renewed about every half second, once all heartbeats are written that the
 * replica had acknowledged, and deleted by a clean stop. A row that is no longer renewed is of a replica that was killed or is cut off.
 */
@Entity('replicas')
export class ReplicaEntity {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'replicas_pkey' })
  id!: string;

  /** When the database took the last renewal. */
  @Column({ name: 'renewed_at', type: 'timestamptz' })
  renewedAt!: Date;

  /** Heartbeats that the replica acknowledged before this are in the table. */
  @Column({ name: 'written_through', type: 'timestamptz' })
  writtenThrough!: Date;
}

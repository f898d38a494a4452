import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Agents that self-preservation holds, see `self-preservation.ts`. */
@Entity('preserved_groups')
export class PreservedGroupEntity {
  /** As JSON: `[]` for all, `["owner"]`, or `["owner", "type"]`; the owner is empty for agents without one. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'preserved_groups_pkey' })
  agents!: string;

  /** By the database's clock. */
  @Column({ type: 'timestamptz', default: () => 'now()' })
  since!: Date;
}

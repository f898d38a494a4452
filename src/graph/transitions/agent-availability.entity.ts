import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the events of an agent have last said of its availability; agents without a row are available when they are active. */
@Entity('agent_availability')
export class AgentAvailabilityEntity {
  @PrimaryColumn({
    name: 'agent_id',
    type: 'varchar',
    length: 255,
    collation: 'C',
    primaryKeyConstraintName: 'agent_availability_pkey',
  })
  agentId!: string;

  @Column({ type: 'boolean' })
  available!: boolean;

  @Column({ name: 'changed_at', type: 'timestamptz', default: () => 'now()' })
  changedAt!: Date;

  /** The revision of the log as of which it was worked out: what is worked out of an earlier one does not replace it. */
  @Column({ type: 'bigint' })
  through!: string;
}

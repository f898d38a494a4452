import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** Who registered an agent first, and the digest of the token that its last registration gave it. */
@Entity('agent_credentials')
@Index('idx_agent_credentials_sha256', ['sha256'], { unique: true })
@Index('idx_agent_credentials_owner', ['owner'])
export class AgentCredentialEntity {
  /** By name: the row belongs to another module. */
  @PrimaryColumn({
    name: 'agent_id',
    type: 'varchar',
    length: 255,
    collation: 'C',
    primaryKeyConstraintName: 'agent_credentials_pkey',
  })
  @ForeignKey('AgentEntity', { name: 'agent_credentials_agent_fkey', onDelete: 'CASCADE' })
  agentId!: string;

  @Column({ type: 'text' })
  owner!: string;

  @Column({ type: 'bytea' })
  sha256!: Buffer;

  @Column({ name: 'issued_at', type: 'timestamptz', default: () => 'now()' })
  issuedAt!: Date;

  /** When the token was last known to be in use; written now and then, not at every use. */
  @Column({ name: 'renewed_at', type: 'timestamptz', default: () => 'now()' })
  renewedAt!: Date;
}

import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { AgentCredentialEntity } from './agent-credential.entity';

/** A token of an agent that was replaced on request, and is accepted for a while. */
@Entity('agent_former_tokens')
@Index('idx_agent_former_tokens_agent', ['agentId'])
@Index('idx_agent_former_tokens_end', ['validUntil'])
export class FormerTokenEntity {
  @PrimaryColumn({ type: 'bytea', primaryKeyConstraintName: 'agent_former_tokens_pkey' })
  sha256!: Buffer;

  @Column({ name: 'agent_id', type: 'varchar', length: 255, collation: 'C' })
  @ForeignKey(() => AgentCredentialEntity, { name: 'agent_former_tokens_agent_fkey', onDelete: 'CASCADE' })
  agentId!: string;

  /**
   * The digest of the agent's token as the last rotation has left it. Whatever replaces that token in another way, a registration or a
   * revocation, also by an earlier release, so ends this one too.
   */
  @Column({ name: 'successor_sha256', type: 'bytea' })
  successorSha256!: Buffer;

  @Column({ name: 'valid_until', type: 'timestamptz' })
  validUntil!: Date;
}

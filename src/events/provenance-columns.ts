import { Column } from 'typeorm';
import type { Actor, EventCause } from './agent-event';

/** The columns of a {@link Provenance}, but for the request's own id. Null in rows of an earlier release. */
export abstract class ProvenanceColumns {
  @Column({ type: 'varchar', length: 20, default: 'unknown' })
  cause!: EventCause;

  @Column({ name: 'actor_kind', type: 'varchar', length: 20, nullable: true })
  actorKind!: Actor['kind'] | null;

  @Column({ name: 'actor_name', type: 'varchar', length: 255, nullable: true })
  actorName!: string | null;

  @Column({ name: 'client_request_id', type: 'varchar', length: 128, nullable: true })
  clientRequestId!: string | null;
}

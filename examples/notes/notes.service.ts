import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { AgentChanged } from '../../src/events/agent-changed.event';
import { HeartbeatReplies } from '../../src/heartbeat/heartbeat-replies';
import type { Actor } from '../../src/events/agent-event';
import { AgentReader } from '../../src/registry/agent.reader';
import { actorOf } from '../../src/platform/access/actor';
import type { Principal } from '../../src/platform/access/principal';
import type { Resolved } from '../../src/registry/selector/resolution';
import type { Selector } from '../../src/registry/selector/selector';
import { scopeOf, SelectorResolver } from '../../src/registry/selector/selector.resolver';
import type { NoteEntity } from './note.entity';
import { NotesRepository } from './notes.repository';

/** Notes about agents. An agent hears with its next heartbeat that there are new ones. */
@Injectable()
export class NotesService {
  /** Notes that this process has taken. */
  written = 0;
  /** How many notes each agent has not read; what this replica knows of it, and may lose. */
  private readonly unread = new Map<string, number>();

  constructor(
    private readonly notes: NotesRepository,
    private readonly agents: AgentReader,
    private readonly selectors: SelectorResolver,
    replies: HeartbeatReplies,
  ) {
    replies.add({
      contribute: (id) => {
        const count = this.unread.get(id);
        return count === undefined ? undefined : { unread_notes: count };
      },
    });
  }

  get waiting(): number {
    return this.unread.size;
  }

  /** @throws DomainError `agent_not_found`, `agent_deregistered` */
  async write(agentId: string, text: string, { name }: Actor): Promise<NoteEntity> {
    await this.agents.find(agentId);
    const note = await this.notes.add(agentId, text, name);
    this.written++;
    this.unread.set(agentId, (this.unread.get(agentId) ?? 0) + 1);
    return note;
  }

  /** A note about each agent within the caller's rights that the selector means; when there is none, who nearly was. */
  async announce(to: Selector, text: string, principal: Principal): Promise<Resolved> {
    const resolved = await this.selectors.resolve(to, { scope: scopeOf(principal), limit: 100, nearMisses: 10 });
    for (const { id } of resolved.matches) await this.write(id, text, actorOf(principal));
    return resolved.matches.length > 0 ? { ...resolved, near_misses: [] } : resolved;
  }

  /** Newest first. `reader` has read them then, if it is the agent itself. */
  async read(agentId: string, limit: number, reader: Actor): Promise<NoteEntity[]> {
    await this.agents.find(agentId);
    const notes = await this.notes.ofAgent(agentId, limit);
    if (reader.kind === 'agent') this.unread.delete(agentId);
    return notes;
  }

  @OnEvent(AgentChanged.topic)
  onChange({ type, agent }: AgentChanged): void {
    if (type === 'deregistered') this.unread.delete(agent.id);
  }
}

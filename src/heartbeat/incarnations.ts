import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { superseded } from '../agent/agent.errors';
import { AgentEvents } from '../events/agent-events';
import { AgentDirectoryCache } from './agent-directory-cache';
import { BeatsRepository, type KnownAgent } from './beats.repository';

const MOST_NOTED = 10_000;

/** Which process an agent is now, of those that beat under its id. */
@Injectable()
export class Incarnations {
  /** The processes of which it is noted that they are superseded, by the agent and its present process. */
  private readonly noted = new LRUCache<string, string>({ max: MOST_NOTED });

  constructor(
    private readonly directory: AgentDirectoryCache,
    private readonly beats: BeatsRepository,
    private readonly events: AgentEvents,
  ) {}

  /**
   * The agent as it is known, when the process may beat for it. A promise only where the database has to be asked: that another process is
   * the agent now is never taken from memory alone, because the beat may be what is newer.
   * @throws DomainError `superseded`
   */
  find(id: string, incarnation: string | undefined): KnownAgent | undefined | Promise<KnownAgent | undefined> {
    const found = this.directory.find(id);
    if (incarnation === undefined) return found;
    if (found instanceof Promise) return found.then((known) => this.current(id, known, incarnation));
    return isOfAnother(found, incarnation) ? this.current(id, found, incarnation) : found;
  }

  private async current(
    id: string,
    known: KnownAgent | undefined,
    incarnation: string,
  ): Promise<KnownAgent | undefined> {
    if (!isOfAnother(known, incarnation)) return known;
    const agent = await this.directory.findAnew(id);
    if (!isOfAnother(agent, incarnation)) return agent;
    await this.note(id, incarnation, agent.incarnation);
    throw superseded(id);
  }

  private async note(id: string, incarnation: string, current: string): Promise<void> {
    const key = JSON.stringify([id, current]);
    if (this.noted.get(key) === incarnation) return;
    const change = await this.beats.noteSuperseded(id, incarnation);
    this.noted.set(key, incarnation);
    if (change) this.events.publishAll([change]);
  }
}

/** Whether another process is known to be the agent than the one that has sent the beat. */
function isOfAnother(
  agent: KnownAgent | undefined,
  incarnation: string,
): agent is KnownAgent & { incarnation: string } {
  if (!agent || agent.status === 'deregistered') return false;
  return agent.incarnation !== null && agent.incarnation !== incarnation;
}

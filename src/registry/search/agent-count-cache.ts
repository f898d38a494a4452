import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { ChangeEpoch } from '../../platform/cache/change-epoch';
import { SharedAnswers } from '../../platform/cache/shared-answers';
import { TieredCache } from '../../platform/cache/tiered-cache';
import { AgentChanged } from '../../events/agent-changed.event';
import { AgentsInvalidated } from '../../events/agents-invalidated.event';
import { CRITERIA, type AgentCriteria } from './agent-criteria';
import { AgentRepository } from '../agent.repository';

/** A total like this may miss changes of the last two seconds, so that many of them do not have most of the table counted for each. */
const LARGE = 10_000;

/**
 * How many agents match a query, as it was at most two seconds ago. Any change of any agent makes totals below {@link LARGE} be counted
 * anew, at once on the replica that made it: they are remembered under a number of changes, here and in Redis, which is then another.
 */
@Injectable()
export class AgentCountCache {
  private changes = 0;

  constructor(
    private readonly agents: AgentRepository,
    private readonly cache: TieredCache,
    private readonly answers: SharedAnswers,
    private readonly epoch: ChangeEpoch,
  ) {}

  async count(query: AgentCriteria): Promise<number> {
    const filter = hashOf(query);
    const name = `total:${filter}`;
    // The health of agents changes with every report and as time goes by, without an event.
    if (query.health !== undefined || query.filter?.volatileNames.length)
      return this.answers.recent(name, () => this.agents.count(query));
    const held = this.answers.held(name);
    if (isTotal(held)) return held;
    const count = (): Promise<number> =>
      this.answers.keeping(
        name,
        () => this.agents.count(query),
        (total) => total >= LARGE,
      );
    return this.cache.getOrLoad(`total:${this.changes}:${filter}`, count, {
      key: async () => {
        const epoch = await this.epoch.current();
        return epoch === undefined ? undefined : `total:${epoch}:${filter}`;
      },
      accepts: isTotal,
    });
  }

  @OnEvent(AgentChanged.topic)
  @OnEvent(AgentsInvalidated.topic)
  onChange(): void {
    this.changes++;
  }
}

function isTotal(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Equal for equal criteria, in whatever order. Of all criteria, also those that will be added. */
export function hashOf(criteria: AgentCriteria): string {
  const given = CRITERIA.filter((name) => criteria[name] !== undefined);
  const texts = given.map((name) => JSON.stringify([name, inOrder(criteria[name])]));
  return createHash('sha256').update(JSON.stringify(texts.sort())).digest('base64url');
}

function inOrder(value: unknown): unknown {
  return Array.isArray(value) ? [...new Set(value.map((item) => JSON.stringify(item)))].sort() : value;
}

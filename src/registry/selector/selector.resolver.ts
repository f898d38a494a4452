import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/access/principal';
import { SharedAnswers } from '../../platform/cache/shared-answers';
import { slowFilterError } from '../../query/filter-error';
import { AgentRepository } from '../agent.repository';
import { sightOf, whereOf } from '../search/expression-scope';
import type { Resolved, ResolveOptions, SelectorScope } from './resolution';
import type { Requirement, Selector } from './selector';

/** What a caller may read, as the scope of what is resolved for them. */
export function scopeOf(principal: Principal): SelectorScope {
  const where = whereOf(principal);
  return { ...(where && { where }), sight: sightOf(principal) };
}

/** Finds the agents that a selector means, and those that it nearly means. */
@Injectable()
export class SelectorResolver {
  constructor(
    private readonly agents: AgentRepository,
    private readonly answers: SharedAnswers,
  ) {}

  /**
   * Asks the database as it is now, in one statement, once for all who ask the same at the same time. A near miss is an agent within the
   * scope that meets at least one requirement of the selector; when the selector names an agent, only that one can be.
   * @throws DomainError `invalid_filter` when the selector has an expression that takes too long
   */
  async resolve(selector: Selector, options: ResolveOptions): Promise<Resolved> {
    const { scope, limit, nearMisses, also = [] } = options;
    const said = (requirements: readonly Requirement[]): string[][] =>
      requirements.map(({ name, text }) => [name, text]);
    const asked = [said(selector.requirements), said(also), scope, limit, nearMisses];
    const key = createHash('sha256').update(JSON.stringify(asked)).digest('base64url');
    const rows = await this.answers
      .together(`selector:${key}`, () => this.agents.resolve(selector, options))
      .catch((error: unknown) => {
        const hasFilter = selector.requirements.some(({ name }) => name === 'filter');
        throw hasFilter ? slowFilterError(`${selector.field}.filter`, error) : error;
      });
    const requirements = [...selector.parts(), ...also];
    const resolved: Resolved = { matches: [], near_misses: [] };
    for (const { failed, failures, ...agent } of rows) {
      if (failures === 0) resolved.matches.push(agent);
      else resolved.near_misses.push({ agent, failed: failed.map((place) => requirements[place]!) });
    }
    return resolved;
  }
}

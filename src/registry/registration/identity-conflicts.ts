import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { PinoLogger } from 'nestjs-pino';
import { Clock } from '../../platform/common/clock';
import type { AgentFields } from '../agent-fields.mapping';
import type { AgentStatus } from '../../agent/agent-status';

const HOUR_MS = 3_600_000;
/** A deployment that is rolled back takes one turn back. */
const TURNS_OF_A_CONFLICT = 2;
/** Ids that are watched at once, those that were registered last. */
const MOST_IDS = 10_000;

/** The definitions under which an agent that is alive was registered lately. */
export interface RegistrationTurns {
  last: string;
  /** What `last` has replaced. */
  before: string | undefined;
  /** How often in a row a definition has replaced the one that had replaced it. */
  turns: number;
  /** Milliseconds of the monotonic clock. */
  at: number;
}

/**
 * **Do two processes use one id?** Each registers its own definition when it finds itself replaced, so that the two take turns. A
 * process that restarts, is upgraded or is rolled back once does not.
 */
export function afterRegistration(
  known: RegistrationTurns | undefined,
  definition: string,
  at: number,
): RegistrationTurns {
  if (!known || at - known.at > HOUR_MS) return { last: definition, before: undefined, turns: 0, at };
  if (definition === known.last) return { ...known, at };
  return { last: definition, before: known.last, turns: definition === known.before ? known.turns + 1 : 0, at };
}

/** Detects, from the registrations at this replica, that two processes use one id. It refuses nothing. */
@Injectable()
export class IdentityConflicts {
  /** Registrations that were part of one. */
  count = 0;
  private readonly agents = new LRUCache<string, RegistrationTurns>({ max: MOST_IDS });
  private readonly warned = new LRUCache<string, number>({ max: MOST_IDS });

  constructor(
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(IdentityConflicts.name);
  }

  /** To be called after a registration has been written, with the status that the agent had before. */
  registered(id: string, fields: AgentFields, previousStatus: AgentStatus | null): void {
    if (previousStatus !== 'active' && previousStatus !== 'unhealthy') return;
    const now = this.clock.monotonicMs();
    const known = this.agents.get(id);
    const turns = afterRegistration(known, hashOf(fields), now);
    this.agents.set(id, turns);
    if (turns.turns < TURNS_OF_A_CONFLICT || turns.last === known?.last) return;
    this.count++;
    if (now - (this.warned.get(id) ?? -Infinity) < HOUR_MS) return;
    this.warned.set(id, now);
    this.logger.warn({ agent_id: id }, 'Two definitions take turns under one id: two processes seem to use it');
  }
}

function hashOf(fields: AgentFields): string {
  return createHash('sha256').update(JSON.stringify(fields)).digest('base64');
}

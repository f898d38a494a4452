import { boolean, integer, oneOf, text, unchecked, wordsOf } from '../../platform/validation/rules';
import { Field, nested } from '../../platform/validation/validate';
import { LONGEST_CURSOR, MAX_PAGE_SIZE } from '../../platform/validation/paging/paging';
import {
  accepts,
  capabilities,
  chosenAgentId,
  definitions,
  endpoints,
  incarnation,
  locality,
  metadata,
} from '../../agent/agent-fields';
import { AGENT_STATUS_SCHEMA } from '../../agent/agent-schemas';
import { AGENT_STATUSES } from '../../agent/agent-status';
import { FILTER_LIMITS } from '../../query/filter-limits';
import { AGENT_FIELDS } from '../search/agent-fields';
import { ORDER_NAMES } from '../search/agent-order';
import { dependsOn, type AgentDependencyDto } from './agent-dependencies.dto';
import { skills, type AgentSkillDto } from './agent-skills.dto';

export class HeartbeatSettingsDto {
  @Field(integer(1, 3600), { description: 'Seconds between two heartbeats.', default: 10, example: 10 })
  interval_seconds?: number;

  @Field(boolean(), {
    description: 'false: the agent sends no heartbeats, and its silence changes nothing.',
    default: true,
  })
  enabled?: boolean;
}

/** What an agent registers of itself; also the body of a replacement. */
export class AgentFieldsDto {
  @Field(text(1, 255), {
    required: true,
    example: 'DataProcessor',
    description: 'A name for people; need not be unique.',
  })
  name!: string;

  @Field(text(1, 100), { required: true, example: 'worker', description: 'What kind of agent it is.' })
  type!: string;

  @Field(text(0, 100), { example: 'processing', description: 'What it is for.' })
  category?: string | null;

  @Field(text(0, 50), { example: '1.0.0', description: 'The version of its program.' })
  version?: string | null;

  @Field(capabilities, { example: ['data-transform', 'validation'], description: 'What the agent can do.' })
  capabilities?: string[] | null;

  @Field(endpoints, { example: { api: 'http://localhost:5000' }, description: 'Absolute URIs by name.' })
  endpoints?: Record<string, string> | null;

  @Field(metadata, {
    example: { team: 'data-team', environment: 'production' },
    description: 'Anything else: at most 64 KiB as JSON, at most 8 levels.',
  })
  metadata?: Record<string, unknown> | null;

  @Field(nested(HeartbeatSettingsDto), { description: 'How it beats.' })
  heartbeat?: HeartbeatSettingsDto | null;

  @Field(text(0, 4096), {
    example: 'Reads the totals off scanned invoices.',
    description: 'What it is good for, in words for people and models.',
  })
  description?: string | null;

  @Field(locality, { example: 'eu/de/fra1', description: 'Where it runs, from the large to the small.' })
  locality?: string | null;

  @Field(skills, {
    description: 'What it can do, in detail; at most 64 KiB as JSON. The id of each counts as a capability as well.',
  })
  skills?: AgentSkillDto[] | null;

  @Field(accepts, {
    example: ['restart', 'drain', 'resume'],
    description:
      'Actions that may be asked of it: `stop`, `start`, `restart`, `drain`, `resume`, `reload`, `signal`, or names of its own.',
  })
  accepts?: string[] | null;

  @Field(dependsOn, { description: 'Agents that it needs for its work, each entry as a selector.' })
  depends_on?: AgentDependencyDto[] | null;
}

export class RegisterAgentDto extends AgentFieldsDto {
  @Field(chosenAgentId, {
    example: 'data-processor-1',
    description: 'Sent by an agent that wants to be the same one after a restart; else the registry makes one up.',
  })
  id?: string | null;

  @Field(incarnation, {
    example: '7d3f0c1e',
    description:
      'Tells this process from others under the same id, such as a random text made at its start. Heartbeats of another one are then 409 `superseded`.',
  })
  incarnation?: string | null;
}

/** A static definition of an agent that need not be alive. */
export class AgentDefinitionDto extends AgentFieldsDto {
  @Field(chosenAgentId, { required: true, example: 'data-processor-1', description: 'Under which it is known.' })
  id!: string;
}

export class ImportAgentsDto {
  @Field(definitions, {
    required: true,
    type: AgentDefinitionDto,
    isArray: true,
    description: 'The definitions, each judged alone.',
  })
  agents!: unknown[];
}

export class DiscoverAgentsDto {
  @Field(text(1, 100), { example: 'worker', description: 'The agent’s type.' })
  type?: string | null;

  @Field(text(1, 100), { example: 'processing', description: 'The agent’s category.' })
  category?: string | null;

  @Field(oneOf(AGENT_STATUSES), { ...AGENT_STATUS_SCHEMA, example: 'active', description: 'The agent’s status.' })
  status?: string | null;

  @Field(capabilities, { example: ['data-transform'], description: 'The agent has all of them.' })
  capabilities?: string[] | null;

  @Field(unchecked(), {
    maxLength: FILTER_LIMITS.characters,
    example: 'agent.metadata.team == "data"',
    description: 'An expression (CEL) that must be true, at most 2048 characters; see docs/filters.md.',
  })
  filter?: string | null;

  @Field(oneOf(ORDER_NAMES), {
    default: 'id',
    description:
      'The order, ascending unless it says `desc`. In the orders of `status`, `last_seen` and `load` there is one page only.',
  })
  order_by?: string | null;

  @Field(wordsOf(AGENT_FIELDS), { example: ['id', 'name', 'health'], description: 'The members that are wanted.' })
  fields?: string[] | string | null;

  @Field(boolean(), { default: true, description: 'false: `total` is left out, and nothing is counted.' })
  include_total?: boolean | null;

  @Field(integer(1, MAX_PAGE_SIZE), { default: 100, description: 'The most agents on one page.' })
  limit?: number | null;

  @Field(text(1, LONGEST_CURSOR), { description: 'The next_cursor of the page before.' })
  cursor?: string | null;
}

export class SetStatusDto {
  @Field(oneOf(['active', 'maintenance', 'quarantined']), {
    required: true,
    example: 'maintenance',
    description: 'The status to set; `active` ends the others.',
  })
  status!: 'active' | 'maintenance' | 'quarantined';

  @Field(text(1, 1000), {
    example: 'Moving to another rack',
    description: 'Why, in words for people; the event has it.',
  })
  reason?: string | null;
}

export class CheckFilterDto {
  @Field(unchecked(), {
    required: true,
    maxLength: FILTER_LIMITS.characters,
    example: 'agent.type == "worker"',
    description: 'The expression.',
  })
  filter!: string;
}

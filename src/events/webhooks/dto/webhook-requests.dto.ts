import { boolean, integer, oneOf, text, unchecked, wordsOf } from '../../../platform/validation/rules';
import { Field } from '../../../platform/validation/validate';
import { FILTER_LIMITS } from '../../../query/filter-limits';
import { AGENT_EVENT_TYPES } from '../../agent-changed.event';
import { headerFields } from '../webhook-fields';
import { WEBHOOK_FORMATS, type WebhookFormat } from '../webhook.entity';

const LONGEST_PLACE = 1024;

const URL = {
  example: 'https://hooks.example.com/agents',
  description: 'Where events are sent: https, and no private or otherwise special address.',
};

class WebhookFieldsDto {
  @Field(text(0, 1000), { example: 'On-call bot', description: 'What it is for, in words for people.' })
  description?: string | null;

  @Field(wordsOf(AGENT_EVENT_TYPES), {
    example: ['registered', 'status_changed'],
    description: 'Types of events that are sent; empty: all.',
  })
  types?: string[] | string | null;

  @Field(unchecked(), {
    maxLength: FILTER_LIMITS.characters,
    example: 'event.to == "unhealthy" && agent.type == "worker"',
    description: 'An expression (CEL) over `event` and `agent` that must be true; see docs/filters.md.',
  })
  filter?: string | null;

  @Field(oneOf(WEBHOOK_FORMATS), {
    default: 'cloudevents',
    description: 'A structured CloudEvent, or `{ type, timestamp, data }` as Standard Webhooks recommend it.',
  })
  format?: WebhookFormat | null;

  @Field(boolean(), {
    default: true,
    description: 'false: nothing is sent until it is enabled; the place in the log stays.',
  })
  enabled?: boolean | null;

  @Field(headerFields, {
    example: { authorization: 'Bearer …' },
    description: 'Header fields of each request. They are kept sealed, and only their names are shown.',
  })
  headers?: Record<string, string> | null;
}

export class UpdateWebhookDto extends WebhookFieldsDto {
  @Field(text(1, 2048), URL)
  url?: string | null;
}

export class CreateWebhookDto extends WebhookFieldsDto {
  @Field(text(1, 2048), { ...URL, required: true })
  url!: string;

  @Field(text(1, LONGEST_PLACE), {
    default: 'now',
    description: 'Where it begins: `now`, `oldest` (the oldest event that is kept), or a cursor of the events.',
  })
  start?: string | null;
}

export class RotateSecretDto {
  @Field(integer(0, 604_800), {
    default: 86_400,
    description: 'Seconds for which the secret so far signs as well; 0: it is void at once.',
  })
  overlap_seconds?: number | null;
}

export class ReplayDto {
  @Field(text(1, LONGEST_PLACE), {
    required: true,
    description: 'All events after this cursor are sent again, with the same ids; `oldest`: all that are kept.',
  })
  after!: string;
}

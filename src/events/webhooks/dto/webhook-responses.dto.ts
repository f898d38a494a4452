import { ApiProperty } from '@nestjs/swagger';
import { DELIVERY_STATES, type DeliveryState } from '../webhook-delivery.entity';
import { DISABLED_REASONS, WEBHOOK_FORMATS, type DisabledReason, type WebhookFormat } from '../webhook.entity';

const WEBHOOK_STATUSES = ['active', 'failing', 'disabled'] as const;
const TIME = { type: String, format: 'date-time', nullable: true, example: '2026-10-08T15:30:00.000Z' } as const;

export class WebhookDto {
  @ApiProperty({ example: 'wh-0192f1c0-7b7e-7cc0-8a53-2f3a1c9d7e11', description: 'Under which it is known.' })
  id!: string;

  @ApiProperty({ example: 'https://hooks.example.com/agents', description: 'Where events are sent.' })
  url!: string;

  @ApiProperty({ type: String, nullable: true, description: 'What it is for.' })
  description!: string | null;

  @ApiProperty({ type: [String], description: 'Types of events that are sent; empty: all.' })
  types!: string[];

  @ApiProperty({ type: String, nullable: true, description: 'The expression that must be true.' })
  filter!: string | null;

  @ApiProperty({ enum: WEBHOOK_FORMATS, description: 'How events are written.' })
  format!: WebhookFormat;

  @ApiProperty({
    type: [String],
    description: 'The names of the header fields that are sent; their values are never shown.',
  })
  header_names!: string[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The client whose rights decide what is sent; null: it was made while access control was off.',
  })
  owner!: string | null;

  @ApiProperty({ description: 'Whether events are sent.' })
  enabled!: boolean;

  @ApiProperty({
    enum: WEBHOOK_STATUSES,
    description: '`failing`: no attempt has succeeded since `failing_since`.',
  })
  status!: (typeof WEBHOOK_STATUSES)[number];

  @ApiProperty({
    type: String,
    nullable: true,
    enum: [...DISABLED_REASONS, null],
    description:
      'Why it is disabled: by a client; its sink answered 410; it only failed for five days; its token has ended, or lost its scope.',
  })
  disabled_reason!: DisabledReason | null;

  @ApiProperty({ ...TIME, description: 'Since when it is disabled.' })
  disabled_at!: string | null;

  @ApiProperty({ ...TIME, description: 'The first failure since the last success.' })
  failing_since!: string | null;

  @ApiProperty({ ...TIME, description: 'When an event was last delivered.' })
  last_success_at!: string | null;

  @ApiProperty({ ...TIME, description: 'When the last attempt ended.' })
  last_attempt_at!: string | null;

  @ApiProperty({ type: 'integer', nullable: true, example: 503, description: 'The status of the last answer.' })
  last_status!: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'connection_failed',
    description:
      'Why the last attempt had no answer: address_refused, name_not_resolved, connection_failed, tls_failed, timeout; or secret_unreadable, when nothing can be signed.',
  })
  last_error!: string | null;

  @ApiProperty({ type: 'integer', description: 'Deliveries that wait for another attempt, or for one before them.' })
  waiting!: number;

  @ApiProperty({
    description: 'How far it has come: up to this cursor all events are delivered, wait, or have failed.',
  })
  cursor!: string;

  @ApiProperty({ ...TIME, description: 'Until when the secret before the last one signs as well.' })
  former_secret_until!: string | null;

  @ApiProperty({ ...TIME, nullable: false, description: 'When it was made.' })
  created_at!: string;

  @ApiProperty({ ...TIME, nullable: false, description: 'When a client last changed it.' })
  updated_at!: string;
}

export class WebhookWithSecretDto extends WebhookDto {
  @ApiProperty({
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwTrS1pGS0cPw=',
    description: 'What its requests are signed with (Standard Webhooks 1.0). It is shown this once.',
  })
  secret!: string;
}

export class WebhooksDto {
  @ApiProperty({
    type: [WebhookDto],
    description: 'All that the caller may see: with `admin` those of all clients, else its own.',
  })
  webhooks!: WebhookDto[];
}

export class DeletedWebhookDto {
  @ApiProperty({ description: 'The id.' })
  id!: string;

  @ApiProperty({ type: Boolean, enum: [true], description: 'Always true.' })
  deleted!: true;
}

export class WebhookTestDto {
  @ApiProperty({ description: 'Whether the sink answered with a status from 200 to 299.' })
  delivered!: boolean;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    example: 204,
    description: 'The status of the answer; null: there was none.',
  })
  status!: number | null;

  @ApiProperty({ type: String, nullable: true, example: 'timeout', description: 'Why there was no answer.' })
  error!: string | null;

  @ApiProperty({ example: 41.5, description: 'Milliseconds.' })
  duration_ms!: number;

  @ApiProperty({ type: 'integer', description: 'Bytes of the body that was sent.' })
  request_bytes!: number;

  @ApiProperty({ type: 'integer', description: 'Bytes of the answer’s body, at most 65,536 of which are read.' })
  response_bytes!: number;
}

export class WebhookDeliveryDto {
  @ApiProperty({ example: '42', description: 'The id of the event, which is also its `webhook-id`.' })
  id!: string;

  @ApiProperty({ example: 'data-processor-1', description: 'The agent that the event is about.' })
  agent_id!: string;

  @ApiProperty({ example: 'registered', description: 'The type of the event.' })
  event_type!: string;

  @ApiProperty({
    enum: DELIVERY_STATES,
    description: '`waiting`: for another attempt, or for an earlier event of the agent.',
  })
  state!: DeliveryState;

  @ApiProperty({ type: 'integer', description: 'Attempts so far.' })
  attempts!: number;

  @ApiProperty({ ...TIME, description: 'When the next one is due; null while it waits for an earlier event.' })
  next_attempt_at!: string | null;

  @ApiProperty({ ...TIME, description: 'When the last one ended.' })
  last_attempt_at!: string | null;

  @ApiProperty({ type: 'integer', nullable: true, example: 503, description: 'The status of the last answer.' })
  status!: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'timeout',
    description:
      'Why there was none: as `last_error` of the webhook; `event_expired`: the log does not keep the event any more; `not_wanted`: filter or rights have changed since.',
  })
  error!: string | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Milliseconds of the last attempt.' })
  duration_ms!: number | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Bytes of the body that was sent.' })
  request_bytes!: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Bytes of the answer’s body. The body itself is not kept.',
  })
  response_bytes!: number | null;

  @ApiProperty({ ...TIME, nullable: false, description: 'When it was first known.' })
  created_at!: string;
}

export class WebhookDeliveriesDto {
  @ApiProperty({ type: [WebhookDeliveryDto], description: 'Those on this page, newest event first.' })
  deliveries!: WebhookDeliveryDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The `cursor` of the next page; null: this is the last one.',
  })
  next_cursor!: string | null;
}

import type { WebhookDeliveryDto, WebhookDto, WebhookTestDto } from './dto/webhook-responses.dto';
import type { Attempt } from './delivery/webhook-sender';
import type { WebhookDeliveryEntity } from './webhook-delivery.entity';
import type { ListedWebhook } from './webhooks.repository';

export function presentWebhook(webhook: ListedWebhook, cursor: string): WebhookDto {
  const { id, url, description, types, filter, format, headerNames, owner, enabled, failingSince } = webhook;
  return {
    id,
    url,
    description,
    types,
    filter,
    format,
    header_names: headerNames,
    owner,
    enabled,
    status: !enabled ? 'disabled' : failingSince === null ? 'active' : 'failing',
    disabled_reason: enabled ? null : webhook.disabledReason,
    disabled_at: timeOf(webhook.disabledAt),
    failing_since: timeOf(failingSince),
    last_success_at: timeOf(webhook.lastSuccessAt),
    last_attempt_at: timeOf(webhook.lastAttemptAt),
    last_status: webhook.lastStatus,
    last_error: webhook.lastError,
    waiting: webhook.waiting,
    cursor,
    former_secret_until: timeOf(webhook.formerSecretUntil),
    created_at: webhook.createdAt.toISOString(),
    updated_at: webhook.updatedAt.toISOString(),
  };
}

export function presentDelivery(delivery: WebhookDeliveryEntity): WebhookDeliveryDto {
  const { revision, agentId, eventType, state, attempts, status, error, durationMs, requestBytes, responseBytes } =
    delivery;
  return {
    id: revision,
    agent_id: agentId,
    event_type: eventType,
    state,
    attempts,
    next_attempt_at: timeOf(delivery.nextAttemptAt),
    last_attempt_at: timeOf(delivery.lastAttemptAt),
    status,
    error,
    duration_ms: durationMs,
    request_bytes: requestBytes,
    response_bytes: responseBytes,
    created_at: delivery.createdAt.toISOString(),
  };
}

export function presentTest({
  isDelivered,
  status,
  error,
  durationMs,
  requestBytes,
  responseBytes,
}: Attempt): WebhookTestDto {
  return {
    delivered: isDelivered,
    status,
    error,
    duration_ms: durationMs,
    request_bytes: requestBytes,
    response_bytes: responseBytes,
  };
}

function timeOf(time: Date | null): string | null {
  return time === null ? null : time.toISOString();
}

import { DomainError } from '../../platform/validation/domain-error';

/** Also of webhooks of others: they are nobody else's business. */
export function webhookNotFound(id: string): DomainError {
  return new DomainError('not_found', 'webhook_not_found', `There is no webhook ${id.slice(0, 64)}`);
}

export function deliveryNotFound(id: string): DomainError {
  return new DomainError('not_found', 'delivery_not_found', `There is no delivery ${id.slice(0, 64)} of this webhook`);
}

export function webhookLimitReached(most: number): DomainError {
  return new DomainError(
    'conflict',
    'webhook_limit_reached',
    `There are ${most} webhooks, and may be no more (WEBHOOKS_MAX)`,
  );
}

/** Whether a subject of an issuer still may read cannot be asked later. */
export function webhooksNeedListedToken(): DomainError {
  const detail = 'A webhook ends with the token that made it, and of JWTs (AUTH_MODE=jwt) that cannot be told';
  return new DomainError('forbidden', 'webhooks_need_listed_token', detail);
}

/** The log keeps events for `EVENT_RETENTION_SECONDS`. */
export function eventExpired(): DomainError {
  return new DomainError(
    'conflict',
    'event_expired',
    'The log does not keep this event any more: it cannot be sent again',
  );
}

/** Its key is not at hand any more. */
export function secretUnreadable(): DomainError {
  const detail =
    'The secrets of this webhook are sealed under a key that is not in SECRETS_KEY any more: rotate its secret, and set its headers';
  return new DomainError('conflict', 'secret_unreadable', detail);
}

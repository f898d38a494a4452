/** The columns of a `WebhookEntity`. */
export const WEBHOOK_COLUMNS = `id, owner, url, description, types, filter, format, enabled, disabled_reason AS "disabledReason",
  disabled_at AS "disabledAt", secret, former_secret AS "formerSecret", former_secret_until AS "formerSecretUntil", headers,
  header_names AS "headerNames", position, epoch, run, failing_since AS "failingSince", last_success_at AS "lastSuccessAt",
  last_attempt_at AS "lastAttemptAt", last_status AS "lastStatus", last_error AS "lastError", lease_holder AS "leaseHolder",
  lease_until AS "leaseUntil", created_at AS "createdAt", updated_at AS "updatedAt"`;

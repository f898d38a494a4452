import { randomUUID } from 'node:crypto';
import type { WebhookFormat } from '../webhook.entity';

const TYPE = 'ai.noaark.webhook.test.v1';

/** An event that tells of nothing but the webhook that it is sent to. */
export function testEvent(
  format: WebhookFormat,
  webhook: string,
  source: string,
  now: Date,
): { id: string; body: Buffer } {
  const id = `test-${randomUUID()}`;
  const [time, data] = [now.toISOString(), { webhook_id: webhook }];
  const envelope =
    format === 'cloudevents'
      ? {
          specversion: '1.0',
          id,
          source,
          type: TYPE,
          subject: webhook,
          time,
          datacontenttype: 'application/json',
          data,
        }
      : { type: TYPE, timestamp: time, data };
  return { id, body: Buffer.from(JSON.stringify(envelope)) };
}

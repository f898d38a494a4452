import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/common/clock';
import { SealedSecrets } from '../../../platform/common/sealed-secrets/sealed-secrets';
import { Configuration } from '../../../platform/config/configuration';
import { GuardedFetch, OutboundError, type OutboundFailure } from '../../../platform/http/guarded-fetch';
import { Histogram } from '../../../platform/observability/histogram';
import { packageVersion } from '../../../platform/runtime/package-version';
import type { WebhookEntity } from '../webhook.entity';
import { headersPurpose, secretPurpose } from '../webhook-secrets';
import { retryAfterSeconds } from './retry-schedule';
import { signedHeaders } from './signature';
import { CONTENT_TYPES } from './webhook-payload';

/** More of an answer is not read, and none of it is kept. */
const MOST_ANSWER_BYTES = 64 * 1024;

const USER_AGENT = `agent-registry/${packageVersion()}`;

/** What came of one attempt. */
export interface Attempt {
  isDelivered: boolean;
  /** Of the answer; null: there was none, see `error`. */
  status: number | null;
  error: OutboundFailure | null;
  durationMs: number;
  requestBytes: number;
  responseBytes: number;
  /** What the sink asked for. */
  retryAfter?: number;
}

/** A webhook as it is sent to: its secrets are open. */
export interface Sink {
  url: string;
  format: WebhookEntity['format'];
  headers: Record<string, string>;
  /** The newest first. */
  secrets: string[];
}

/** Sends one signed request to a sink. */
@Injectable()
export class WebhookSender {
  readonly durations = new Histogram();

  constructor(
    private readonly outbound: GuardedFetch,
    private readonly secrets: SealedSecrets,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
  ) {}

  /** @throws UnreadableSecret */
  sinkOf(webhook: WebhookEntity): Sink {
    const { id, url, format, secret, formerSecret, headers } = webhook;
    const sealed = formerSecret === null ? [secret] : [secret, formerSecret];
    return {
      url,
      format,
      secrets: sealed.map((text) => this.secrets.open(text, secretPurpose(id))),
      headers: headers === null ? {} : (JSON.parse(this.secrets.open(headers, headersPurpose(id))) as Sink['headers']),
    };
  }

  /**
   * @param id the same at each attempt
   * @throws OutboundError `aborted` when `signal` is
   */
  async send(
    { url, format, headers, secrets }: Sink,
    id: string,
    body: Buffer,
    signal?: AbortSignal,
  ): Promise<Attempt> {
    const began = this.clock.monotonicMs();
    const attempt = { isDelivered: false, status: null, error: null, requestBytes: body.length, responseBytes: 0 };
    const lasted = (): number => {
      const durationMs = this.clock.monotonicMs() - began;
      this.durations.observe(durationMs / 1000);
      return Math.round(durationMs * 10) / 10;
    };
    try {
      const answer = await this.outbound.send({
        method: 'POST',
        url,
        headers: {
          'user-agent': USER_AGENT,
          ...headers,
          'content-type': CONTENT_TYPES[format],
          ...signedHeaders(id, Math.floor(this.clock.now().getTime() / 1000), body, secrets),
        },
        body,
        timeoutMs: this.configuration.WEBHOOK_TIMEOUT_MS,
        maxBytes: MOST_ANSWER_BYTES,
        ...(signal && { signal }),
      });
      const { status } = answer;
      const isDelivered = status >= 200 && status < 300;
      const retryAfter = retryAfterSeconds(answer.headers['retry-after'], this.clock.now());
      return {
        ...attempt,
        isDelivered,
        status,
        durationMs: lasted(),
        responseBytes: answer.body.length,
        ...(retryAfter !== undefined && { retryAfter }),
      };
    } catch (error) {
      if (!(error instanceof OutboundError) || error.failure === 'aborted') throw error;
      return { ...attempt, error: error.failure, durationMs: lasted() };
    }
  }
}

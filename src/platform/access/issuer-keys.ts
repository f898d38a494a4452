import {
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
  type KeyLike,
} from 'jose';
import type { PinoLogger } from 'nestjs-pino';
import type { Clock } from '../common/clock';
import { DomainError } from '../validation/domain-error';
import { abortedAfter } from '../common/with-timeout';
import { overloaded } from '../http/overloaded';
import { isJsonObject } from '../validation/validate';

/** Keys that an issuer has taken back are no longer used after this time, if it can be asked. */
const MAX_AGE_MS = 600_000;
/** A key that we do not know is worth a question at most this often: anybody can make one up. Until then its token waits. */
const COOLDOWN_MS = 2000;
/** Tokens that may wait for that. */
const MOST_WAITING = 1000;
/** An issuer that did not answer is left in peace for so long. */
const PAUSE_MS = 2000;
const TIMEOUT_MS = 5000;
/** Bytes: hundreds of keys. */
const LARGEST_DOCUMENT = 256 * 1024;

/**
 * The public keys of one OpenID Connect issuer (OpenID Connect Discovery 1.0; RFC 7517), asked for when first needed and kept.
 * When the issuer is away the keys that are known still count.
 */
export class IssuerKeys {
  private known: { select: ReturnType<typeof createLocalJWKSet>; at: number } | undefined;
  private fetching: Promise<void> | undefined;
  /** The next question about a key that is not known, and how many wait for it. */
  private upcoming: Promise<void> | undefined;
  private waiting = 0;
  private failed: { at: number; error: DomainError } | undefined;

  /** Without `jwksUrl` the issuer's own configuration document says where its keys are. */
  constructor(
    private readonly issuer: string,
    private readonly jwksUrl: string | undefined,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
  ) {}

  /**
   * The key that a token names. One that is not known may be new, however recently the issuer was asked: it is looked for again, after
   * at most {@link COOLDOWN_MS}, before the token is refused.
   * @throws JOSEError when the issuer has no such key; DomainError `issuer_unavailable` when that cannot be known, `overloaded`
   */
  async find(header: JWSHeaderParameters, jws: FlattenedJWSInput): Promise<KeyLike> {
    if (!this.known) await this.refresh();
    else if (this.clock.monotonicMs() - this.known.at > MAX_AGE_MS) this.refresh().catch(() => undefined); // what we know serves on
    try {
      return await this.known!.select(header, jws);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.refreshWhenDue();
      return this.known!.select(header, jws);
    }
  }

  private async refreshWhenDue(): Promise<void> {
    if (this.waiting >= MOST_WAITING) throw overloaded('Too many tokens name keys that are not known');
    const restMs = this.known!.at + COOLDOWN_MS - this.clock.monotonicMs();
    if (restMs > 0) {
      this.upcoming ??= this.clock
        .sleep(restMs)
        .then(() => this.refresh())
        .finally(() => (this.upcoming = undefined));
    }
    this.waiting++;
    try {
      await (this.upcoming ?? this.refresh());
    } finally {
      this.waiting--;
    }
  }

  /** One question at a time, for all that wait for it. */
  private refresh(): Promise<void> {
    if (this.failed && this.clock.monotonicMs() - this.failed.at < PAUSE_MS) return Promise.reject(this.failed.error);
    this.fetching ??= this.fetch().finally(() => (this.fetching = undefined));
    return this.fetching;
  }

  private async fetch(): Promise<void> {
    try {
      const keys = await this.fetchJson(this.jwksUrl ?? (await this.discover()));
      this.known = { select: createLocalJWKSet(keys as unknown as JSONWebKeySet), at: this.clock.monotonicMs() };
      this.failed = undefined;
    } catch (cause) {
      const message = 'The issuer of this token cannot be asked for its keys at the moment';
      const error = new DomainError('unavailable', 'issuer_unavailable', message, { cause });
      if (!this.failed) this.logger.warn({ err: error, issuer: this.issuer }, 'The issuer of tokens gives no keys');
      this.failed = { at: this.clock.monotonicMs(), error };
      throw error;
    }
  }

  private async discover(): Promise<string> {
    const { issuer, jwks_uri: url } = await this.fetchJson(
      `${this.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    );
    if (issuer !== this.issuer) throw new Error('its configuration document is that of another issuer');
    if (typeof url !== 'string' || !URL.canParse(url)) throw new Error('its configuration document names no keys');
    return url;
  }

  private fetchJson(url: string): Promise<Record<string, unknown>> {
    return abortedAfter(this.clock, TIMEOUT_MS, (signal) => fetchJson(url, signal));
  }
}

async function fetchJson(url: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  // A redirect would let the named host choose another one to trust.
  const answer = await fetch(url, { signal, headers: { accept: 'application/json' }, redirect: 'error' });
  if (!answer.ok) throw new Error(`it answered ${answer.status}`);
  const body: unknown = JSON.parse(await boundedText(answer));
  if (!isJsonObject(body)) throw new Error('it answered something else than a JSON object');
  return body;
}

async function boundedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > LARGEST_DOCUMENT) throw new Error(`it answered more than ${LARGEST_DOCUMENT} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}

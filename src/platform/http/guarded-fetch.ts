import type { LookupAddress } from 'node:dns';
import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestTls } from 'node:https';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { Configuration } from '../config/configuration';
import { HostResolver } from './outbound/host-resolver';
import { literalIn, OutboundTargets } from './outbound/outbound-targets';

/** Why there is no answer. */
export const OUTBOUND_FAILURES = [
  /** The address is none that may be asked. */
  'address_refused',
  'name_not_resolved',
  'connection_failed',
  /** The certificate is not good for the name. */
  'tls_failed',
  'timeout',
  /** The caller does not wait any more. */
  'aborted',
] as const;
export type OutboundFailure = (typeof OUTBOUND_FAILURES)[number];

export class OutboundError extends Error {
  override readonly name = 'OutboundError';

  constructor(
    readonly failure: OutboundFailure,
    cause?: unknown,
  ) {
    super(failure, { cause });
  }
}

export interface OutboundRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: Buffer;
  /** For all of it: name, connection, answer. */
  timeoutMs: number;
  /** More of the answer's body is not read. */
  maxBytes: number;
  signal?: AbortSignal;
}

export interface OutboundAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  /** As much of it as was wanted and came in time. */
  body: Buffer;
}

/**
 * The one way to addresses that a client has given. Each request looks the name up, checks all of its addresses and connects to one of
 * those, so that a name that leads elsewhere the next time leads nowhere. No redirect is followed, no connection is used twice.
 */
@Injectable()
export class GuardedFetch {
  private readonly targets: OutboundTargets;

  constructor(
    { OUTBOUND_ALLOW_HOSTS }: Configuration,
    private readonly resolver: HostResolver,
    private readonly clock: Clock,
  ) {
    this.targets = new OutboundTargets(OUTBOUND_ALLOW_HOSTS);
  }

  /**
   * A URL as it is kept, if it may be asked as far as that can be told without a name server.
   * @throws DomainError `validation_failed` naming `field`
   */
  check(url: string, field: string): URL {
    return this.targets.check(url, field);
  }

  /**
   * Sends one request and reads its answer, whatever the status.
   * @throws OutboundError
   */
  async send(request: OutboundRequest): Promise<OutboundAnswer> {
    const limit = new AbortController();
    const deadline = this.clock.setDeadline(request.timeoutMs, () => limit.abort(new OutboundError('timeout')));
    const abort = (): void => limit.abort(new OutboundError('aborted'));
    if (request.signal?.aborted) abort();
    request.signal?.addEventListener('abort', abort, { once: true });
    try {
      const url = new URL(request.url);
      const addresses = await this.addressesOf(url, limit.signal);
      return await exchange(url, addresses, request, limit.signal);
    } finally {
      deadline.cancel();
      request.signal?.removeEventListener('abort', abort);
    }
  }

  private async addressesOf(url: URL, signal: AbortSignal): Promise<LookupAddress[]> {
    const literal = literalIn(url);
    const addresses = literal ? [{ address: literal, family: 0 }] : await orAborted(this.lookUp(url), signal);
    const isAdmitted = addresses.length > 0 && addresses.every(({ address }) => this.targets.admits(url, address));
    if (!isAdmitted) throw new OutboundError('address_refused');
    return addresses;
  }

  private async lookUp({ hostname }: URL): Promise<LookupAddress[]> {
    try {
      return this.targets.isListed(hostname)
        ? await this.resolver.localAddresses(hostname)
        : await this.resolver.publicAddresses(hostname);
    } catch (error) {
      throw new OutboundError('name_not_resolved', error);
    }
  }
}

/** What the work gives, unless the signal is aborted before. */
function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function exchange(
  url: URL,
  addresses: readonly LookupAddress[],
  { method, headers, body, maxBytes }: OutboundRequest,
  signal: AbortSignal,
): Promise<OutboundAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void =>
      reject(signal.aborted ? (signal.reason as Error) : new OutboundError(failureOf(error), error));
    if (signal.aborted) return fail(signal.reason);
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const options: RequestOptions = { method, headers: { ...headers, ...length }, agent: false, lookup: to(addresses) };
    const sent = url.protocol === 'https:' ? requestTls(url, options) : requestPlain(url, options);
    const cut = (): void => void sent.destroy();
    signal.addEventListener('abort', cut, { once: true });
    let isAnswered = false;
    sent.on('error', (error) => isAnswered || fail(error));
    sent.on('close', () => {
      signal.removeEventListener('abort', cut);
      if (!isAnswered) fail(new Error('the connection has ended'));
    });
    sent.on('response', (answer) => {
      isAnswered = true;
      const parts: Buffer[] = [];
      let left = maxBytes;
      const end = (): void => {
        resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(parts) });
        cut();
      };
      answer.on('data', (part: Buffer) => {
        parts.push(part.subarray(0, left));
        left -= part.length;
        if (left <= 0) end();
      });
      answer.on('error', end); // the status has come, which is the answer
      answer.on('close', end);
    });
    sent.end(body);
  });
}

/** Has the connection made to one of the addresses, whatever the name leads to by now. */
function to(addresses: readonly LookupAddress[]): RequestOptions['lookup'] {
  return (_name, { all }, callback) => {
    if (all) callback(null, [...addresses]);
    else callback(null, addresses[0]!.address, addresses[0]!.family);
  };
}

/** By OpenSSL's and Node's codes: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CERTIFICATE_CODE = /CERT|TLS|SSL|SIGNATURE|SELF_SIGNED|HOSTNAME|CRL|EPROTO/;

function failureOf(error: unknown): OutboundFailure {
  const { code = '' } = error as NodeJS.ErrnoException;
  return CERTIFICATE_CODE.test(code) ? 'tls_failed' : 'connection_failed';
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { BytesInFlight, HeldBytes } from './bytes-in-flight';
import { DomainError, inBody, rejectIfAny } from '../../validation/domain-error';
import { Turns } from '../../common/turns';
import { parseJson, payloadTooLarge, requireJsonType, type BodyRules } from './json-body';
import { jsonViolations } from '../../validation/json-limits';
import { JsonScan } from './json-scan';

/**
 * A body that is refused is still taken off the wire, up to this length, so that the client gets to the answer. With a larger one
 * the connection ends.
 */
export const MOST_DISCARDED = 16 * 1024 * 1024;
/** The parser takes no longer for a body of this size than a request takes anyway, whatever is in it. */
const UNSCANNED_BYTES = 4 * 1024;

const DECODERS = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * Reads the JSON body of a request, of whatever lane, whose caller may send one like it. Undefined: there is none.
 * Rejects with a DomainError: `unsupported_media_type`, `payload_too_large`, `overloaded`, `malformed_json`, `validation_failed`.
 */
export async function readJsonBody(
  request: IncomingMessage,
  response: ServerResponse,
  rules: BodyRules,
  inFlight: BytesInFlight,
): Promise<unknown> {
  const declared = declaredLength(request);
  if (declared === 0) return undefined;
  if (declared !== undefined) requireJsonType(request.headers['content-type'], request.method!);
  const whole = isSmall(request, declared, rules) ? await arrivedWhole(request, declared, inFlight) : undefined;
  const bytes = whole ?? (await new BodyReader(request, rules, inFlight).read(declared, response));
  if (bytes.length === 0) return undefined;
  if (declared === undefined) requireJsonType(request.headers['content-type'], request.method!);
  const body = parseJson(bytes);
  if (!rules.isBatch) rejectIfAny(inBody(jsonViolations(body)));
  return body;
}

/** Bytes; undefined when only the end of the body will tell. */
function declaredLength({ headers }: IncomingMessage): number | undefined {
  return headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : undefined;
}

function isSmall(
  { headers }: IncomingMessage,
  declared: number | undefined,
  { isBatch }: BodyRules,
): declared is number {
  return !isBatch && declared !== undefined && declared <= UNSCANNED_BYTES && headers['content-encoding'] === undefined;
}

/** When what came with the heads of requests has been parsed: Node parses it after the request, and after all promises and ticks. */
const parsed = new Turns(Infinity);

/** A body of so many bytes that came with the head, in one packet, as the body of a heartbeat does; undefined: it did not. */
async function arrivedWhole(
  request: IncomingMessage,
  bytes: number,
  inFlight: BytesInFlight,
): Promise<Buffer | undefined> {
  await parsed.next();
  if (!request.complete || request.readableLength !== bytes) return undefined;
  inFlight.holdWhole(request, bytes);
  return request.read() as Buffer;
}

/** One body on its way in. */
class BodyReader {
  private readonly chunks: Buffer[] = [];
  private length = 0;
  /** Where the pieces come from: the request, or what decodes it. */
  private source: Readable;
  private held: HeldBytes | undefined;
  private scan: JsonScan | undefined;
  /** Whether each piece is counted when it arrives. */
  private isGrowing = false;
  private resolve!: (bytes: Buffer) => void;
  private reject!: (error: unknown) => void;

  constructor(
    private readonly request: IncomingMessage,
    private readonly rules: BodyRules,
    private readonly inFlight: BytesInFlight,
  ) {
    this.source = request;
  }

  read(declared: number | undefined, response: ServerResponse): Promise<Buffer> {
    const decoder = this.decoder();
    const { limit, isBatch, structure } = this.rules;
    if (declared !== undefined && declared > limit) throw payloadTooLarge(limit);
    // What a compressed body becomes is known only in the end.
    const size = decoder ? limit : declared;
    if (isBatch || size === undefined || size > UNSCANNED_BYTES) this.scan = new JsonScan(structure);
    this.isGrowing = size === undefined;
    if (!this.request.destroyed) this.held = this.inFlight.hold(this.request, size ?? 0, (error) => this.fail(error));
    if (this.request.headers.expect !== undefined) {
      response.removeHeader('connection');
      response.writeContinue();
    }
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      if (decoder) {
        this.source = this.request.pipe(decoder);
        this.source.on('error', () => this.fail(broken()));
      }
      this.source.on('data', this.take).on('end', this.end);
    });
  }

  private decoder(): Transform | undefined {
    const encoding = this.request.headers['content-encoding']?.toLowerCase() ?? 'identity';
    if (encoding === 'identity') return undefined;
    const create = DECODERS.get(encoding);
    if (create) return create();
    const accepted = [...DECODERS.keys()].join(', ');
    throw new DomainError(
      'unsupported_media_type',
      'unsupported_media_type',
      `The body must be in ${accepted} or as it is`,
      {
        headers: { 'accept-encoding': accepted },
      },
    );
  }

  private readonly take = (chunk: Buffer): void => {
    this.length += chunk.length;
    try {
      if (this.length > this.rules.limit) throw payloadTooLarge(this.rules.limit);
      if (this.held) {
        if (this.isGrowing) this.inFlight.grow(this.held, chunk.length);
        this.inFlight.moved(this.held);
      }
      this.scan?.read(chunk);
      this.chunks.push(chunk);
    } catch (error) {
      this.fail(error);
    }
  };

  private readonly end = (): void => {
    if (this.held) this.inFlight.arrived(this.held);
    this.resolve(this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks));
    this.chunks.length = 0;
  };

  /** Keeps nothing of the body; the rest of it is discarded as it arrives. */
  private fail(error: unknown): void {
    this.source.off('data', this.take).off('end', this.end);
    if (this.source !== this.request) {
      this.request.unpipe();
      this.source.destroy();
    }
    this.request.resume();
    this.chunks.length = 0;
    if (this.held) this.inFlight.arrived(this.held);
    this.reject(error);
  }
}

function broken(): DomainError {
  return new DomainError('invalid', 'malformed_request', 'The body is not in the encoding that Content-Encoding says');
}

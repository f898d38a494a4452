import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A span as it arrived, with the `service.name` that it came under. */
export interface ReceivedSpan {
  service: unknown;
  trace: string;
  id: string;
  /** Empty for the first of a trace. */
  parent: string;
  name: string;
  kind: 'internal' | 'server' | 'client';
  attributes: Record<string, unknown>;
}

/** How a collector answers: it takes spans, refuses them for good, or says nothing at all. */
export type ReceiverMode = 'takes' | 'refuses' | 'hangs';

/** What a collector of traces is to the service: an HTTP server that takes OTLP, encoded as protobuf. */
export class OtlpReceiver {
  mode: ReceiverMode = 'takes';
  readonly spans: ReceivedSpan[] = [];
  /** All that was sent, to search for what should not have been. */
  bytes = Buffer.alloc(0);
  /** Requests, whatever became of them. */
  requests = 0;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      void this.receive(request).then((status) => status && response.writeHead(status).end());
    });
  }

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    await once(receiver.server.listen(0, '127.0.0.1'), 'listening');
    return receiver;
  }

  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  of(trace: string): ReceivedSpan[] {
    return this.spans.filter((span) => span.trace === trace);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await once(this.server.close(), 'close');
  }

  private async receive(request: IncomingMessage): Promise<number | undefined> {
    const body = await buffer(request);
    this.requests++;
    if (this.mode === 'hangs') return undefined;
    if (this.mode === 'refuses') return 400;
    if (request.url !== '/v1/traces' || request.headers['content-type'] !== 'application/x-protobuf') return 404;
    this.bytes = Buffer.concat([this.bytes, body]);
    this.spans.push(...spansOf(body));
    return 200;
  }
}

/** Field numbers: opentelemetry-proto, `trace/v1/trace.proto`, `resource/v1/resource.proto` and `common/v1/common.proto`. */
function spansOf(request: Buffer): ReceivedSpan[] {
  return messages(request, 1).flatMap((resourceSpans) => {
    const service = attributesOf(messages(resourceSpans, 1)[0]!, 1)['service.name'];
    const spans = messages(resourceSpans, 2).flatMap((scopeSpans) => messages(scopeSpans, 2));
    return spans.map((span) => ({
      service,
      trace: hex(span, 1),
      id: hex(span, 2),
      parent: hex(span, 4),
      name: messages(span, 5).join(''),
      kind: (['internal', 'internal', 'server', 'client'] as const)[Number(values(span, 6)[0])]!,
      attributes: attributesOf(span, 9),
    }));
  });
}

function attributesOf(message: Buffer, field: number): Record<string, unknown> {
  const pairs = messages(message, field).map((pair) => {
    const [kind, value] = fieldsOf(messages(pair, 2)[0] ?? Buffer.alloc(0))[0] ?? [];
    return [messages(pair, 1).join(''), kind === 1 ? String(value) : value] as const;
  });
  return Object.fromEntries(pairs);
}

function hex(message: Buffer, field: number): string {
  return messages(message, field)[0]?.toString('hex') ?? '';
}

function messages(message: Buffer, field: number): Buffer[] {
  return values(message, field) as Buffer[];
}

function values(message: Buffer, field: number): (bigint | Buffer)[] {
  return fieldsOf(message).flatMap(([number, value]) => (number === field ? [value] : []));
}

/** The fields of a message in protobuf's wire format: numbers as they are, everything else as bytes. */
function fieldsOf(message: Buffer): [number: number, value: bigint | Buffer][] {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const bytes = (length: number): Buffer => message.subarray(at, (at += length));
  const fields: [number, bigint | Buffer][] = [];
  while (at < message.length) {
    const tag = Number(varint());
    const [number, wireType] = [tag >> 3, tag & 7];
    if (wireType === 0) fields.push([number, varint()]);
    else if (wireType === 1) fields.push([number, bytes(8)]);
    else if (wireType === 2) fields.push([number, bytes(Number(varint()))]);
    else if (wireType === 5) fields.push([number, bytes(4)]);
    else throw new Error(`no protobuf: wire type ${wireType} at ${at}`);
  }
  return fields;
}

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

const A = 1;
const AAAA = 28;
const NAME_ERROR = 3;

/** A name server on the loopback (RFC 1035), whose answers a test may change from one question to the next. */
export class NameServer {
  /** By name, the addresses of the answers to come, the last of which stays; `silent`: there is none. */
  readonly zone = new Map<string, (string[] | 'silent')[]>();
  /** The names of the questions for IPv4 addresses, in their order. */
  readonly asked: string[] = [];

  private constructor(private readonly socket: Socket) {
    socket.on('message', (question, { port, address }) => {
      const answer = this.answerTo(question);
      if (answer) socket.send(answer, port, address);
    });
  }

  static async start(): Promise<NameServer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new NameServer(socket);
  }

  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  close(): void {
    this.socket.close();
  }

  private answerTo(question: Buffer): Buffer | undefined {
    const { name, type, end } = questionIn(question);
    if (type === A) this.asked.push(name);
    const answers = this.zone.get(name);
    const addresses = answers?.[0];
    if (addresses === 'silent') return undefined;
    const wanted = (addresses ?? []).filter((address) => (address.includes(':') ? AAAA : A) === type);
    if (type === AAAA && answers && answers.length > 1) answers.shift(); // both kinds are asked for each time, this one last
    const head = Buffer.from(question.subarray(0, 12));
    head.writeUInt16BE(0x8180 + (answers ? 0 : NAME_ERROR), 2);
    head.writeUInt16BE(wanted.length, 6);
    head.writeUInt32BE(0, 8);
    return Buffer.concat([head, question.subarray(12, end), ...wanted.map((address) => recordOf(address, type))]);
  }
}

function questionIn(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at]!; length > 0; length = message[at]!) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function recordOf(address: string, type: number): Buffer {
  const data = type === A ? Buffer.from(address.split('.').map(Number)) : ipv6(address);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 10); // and kept for no time
  return Buffer.concat([head, data]);
}

function ipv6(address: string): Buffer {
  const [left = '', right = ''] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [head, tail] = [groups(left), groups(right)];
  const all = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

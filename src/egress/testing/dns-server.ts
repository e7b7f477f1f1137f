import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { dnsStreamMessage, readDnsStream } from '../names/dns-stream.ts';
import { parseQuestion, type DnsQuestion } from '../../protocol/dns/message.ts';

/** A record as a zone has it. Of several answers to `a`, each question gets the next one. */
export type DnsRecord =
  | { readonly a: readonly string[] }
  | { readonly aaaa: string }
  | { readonly cname: string }
  | { readonly mx: string; readonly priority: number }
  | { readonly txt: string }
  | { readonly srv: string; readonly priority: number; readonly weight: number; readonly port: number };

/** A server of DNS on this machine's loopback, for tests; it is gone when it is disposed. */
export interface DnsServer extends AsyncDisposable {
  /** As Node's `setServers`, and c-ares' resolv.conf, take it. */
  readonly address: string;
  /** Questions so far, as `TYPE name by udp|tcp`. */
  readonly asked: readonly string[];
}

const types = { a: 1, cname: 5, mx: 15, txt: 16, aaaa: 28, srv: 33 } as const;
/** What fits into a datagram; more is only told by a stream (RFC 1035, 4.2.1, with what resolvers say they take today). */
const datagramBytesMax = 1_232;

/** Starts one that knows these names, and no others. */
export async function startDnsServer(zone: Readonly<Record<string, readonly DnsRecord[]>>): Promise<DnsServer> {
  const asked: string[] = [];
  const turns = new Map<DnsRecord, number>();
  const answer = (message: Buffer, by: 'udp' | 'tcp'): Buffer => {
    const question = parseQuestion(message);
    if (question === undefined) throw new Error('No question.');
    asked.push(`${nameOfType(question.type)} ${question.name} by ${by}`);
    const whole = reply(question, recordsFor(zone, question, turns));
    return by === 'udp' && whole.length > datagramBytesMax ? cut(question) : whole;
  };
  const stream = createServer((socket) => {
    void (async () => {
      for await (const message of readDnsStream(socket, 65_535)) socket.write(dnsStreamMessage(answer(message, 'tcp')));
      socket.end();
    })().catch(() => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(stream, 'listening');
  const bound = stream.address();
  if (bound === null || typeof bound === 'string') throw new Error('No port.');
  const datagrams = createSocket('udp4', (message, { port, address }) => {
    datagrams.send(answer(message, 'udp'), port, address);
  });
  datagrams.bind(bound.port, '127.0.0.1');
  await once(datagrams, 'listening');
  return {
    address: `127.0.0.1:${bound.port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      stream.close();
      datagrams.close();
      await once(datagrams, 'close');
    },
  };
}

function nameOfType(type: number): string {
  const [name = String(type)] = Object.entries(types).find(([, number]) => number === type) ?? [];
  return name.toUpperCase();
}

/** Undefined where there is no such name. Aliases come before what they lead to. */
function recordsFor(
  zone: Readonly<Record<string, readonly DnsRecord[]>>,
  { name, type }: Pick<DnsQuestion, 'name' | 'type'>,
  turns: Map<DnsRecord, number>,
): Buffer[] | undefined {
  const records = zone[name];
  if (records === undefined) return undefined;
  return records.flatMap((record) => {
    if ('cname' in record)
      return [
        resource(name, types.cname, nameBytes(record.cname)),
        ...(recordsFor(zone, { name: record.cname, type }, turns) ?? []),
      ];
    return typeOf(record) === type ? [resource(name, type, dataOf(record, turns))] : [];
  });
}

function typeOf(record: Exclude<DnsRecord, { cname: string }>): number {
  if ('a' in record) return types.a;
  if ('aaaa' in record) return types.aaaa;
  if ('mx' in record) return types.mx;
  return 'txt' in record ? types.txt : types.srv;
}

function dataOf(record: Exclude<DnsRecord, { cname: string }>, turns: Map<DnsRecord, number>): Buffer {
  if ('a' in record) {
    const turn = turns.get(record) ?? 0;
    turns.set(record, turn + 1);
    return Buffer.from((record.a[turn % record.a.length] ?? '').split('.').map(Number));
  }
  if ('aaaa' in record)
    return Buffer.from(record.aaaa.split(':').flatMap((group) => [...numbers(parseInt(group, 16))]));
  if ('mx' in record) return Buffer.concat([numbers(record.priority), nameBytes(record.mx)]);
  if ('srv' in record)
    return Buffer.concat([numbers(record.priority, record.weight, record.port), nameBytes(record.srv)]);
  const pieces = record.txt.match(/.{1,255}/gs) ?? [''];
  return Buffer.concat(pieces.flatMap((piece) => [Buffer.of(piece.length), Buffer.from(piece, 'latin1')]));
}

function resource(name: string, type: number, data: Buffer): Buffer {
  return Buffer.concat([nameBytes(name), numbers(type, 1, 0, 60, data.length), data]);
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, at) => bytes.writeUInt16BE(value, 2 * at));
  return bytes;
}

function nameBytes(name: string): Buffer {
  return Buffer.concat([
    ...name.split('.').flatMap((label) => [Buffer.of(label.length), Buffer.from(label)]),
    Buffer.of(0),
  ]);
}

function reply({ head }: DnsQuestion, records: readonly Buffer[] | undefined): Buffer {
  const message = Buffer.concat([head, ...(records ?? [])]);
  message.writeUInt16BE(records === undefined ? 0x8183 : 0x8180, 2);
  message.writeUInt16BE(1, 4);
  message.writeUInt16BE(records?.length ?? 0, 6);
  message.writeUInt32BE(0, 8);
  return message;
}

function cut(question: DnsQuestion): Buffer {
  const message = reply(question, []);
  message.writeUInt16BE(0x8380, 2);
  return message;
}

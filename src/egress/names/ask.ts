import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIP, isIPv6 } from 'node:net';
import { sameQuestion, type DnsQuestion } from '../../protocol/dns/message.ts';
import { readDnsStream, dnsStreamMessage } from './dns-stream.ts';

/** How long a server may take to answer, ms. */
export const answerMsMax = 2_500;

/** By what a question came, and is asked: an answer that is too long for a datagram is asked for once more by a stream. */
export type DnsTransport = 'udp' | 'tcp';

/** Questions under way: each has a socket of its own, so that nobody can guess which answers it waits for. */
const askedMax = 512;
const answerBytesMax = 65_535;
let asked = 0;

/**
 * Asks one server after the other until one answers, and gives the answer as it came, but for its number. `servers` as Node's `getServers`
 * has them. Rejects where nobody answers in time.
 */
export async function askServers(servers: readonly string[], question: DnsQuestion, by: DnsTransport): Promise<Buffer> {
  if (asked >= askedMax) throw new Error(`${askedMax} questions are being asked already.`);
  asked += 1;
  try {
    const answer = await firstAnswer(servers, sameQuestion(question, randomInt(65_536)), by);
    answer.writeUInt16BE(question.head.readUInt16BE(0), 0);
    return answer;
  } finally {
    asked -= 1;
  }
}

async function firstAnswer(servers: readonly string[], message: Buffer, by: DnsTransport): Promise<Buffer> {
  const failures: unknown[] = [];
  for (const server of servers) {
    try {
      return await (by === 'tcp' ? byStream(server, message) : byDatagram(server, message));
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, `None of the servers ${servers.join(', ')} answered.`);
}

async function byDatagram(server: string, question: Buffer): Promise<Buffer> {
  const { host, port } = serverParts(server);
  await using socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const timer = setTimeout(() => reject(late(server)), answerMsMax);
  socket.on('error', reject);
  socket.on('message', (answer) => {
    if (answers(question, answer)) resolve(answer);
  });
  socket.connect(port, host, () => socket.send(question));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

async function byStream(server: string, question: Buffer): Promise<Buffer> {
  const { host, port } = serverParts(server);
  const socket = connect({ host, port });
  socket.setTimeout(answerMsMax, () => socket.destroy(late(server)));
  socket.write(dnsStreamMessage(question));
  try {
    for await (const answer of readDnsStream(socket, answerBytesMax)) if (answers(question, answer)) return answer;
    throw new Error(`${server} hung up without an answer.`);
  } finally {
    socket.destroy();
  }
}

function answers(question: Buffer, answer: Buffer): boolean {
  if (answer.length < 12 || answer.readUInt16BE(0) !== question.readUInt16BE(0)) return false;
  return (answer.readUInt8(2) & 0x80) !== 0;
}

function late(server: string): Error {
  return new Error(`${server} did not answer within ${answerMsMax} ms.`);
}

function serverParts(server: string): { host: string; port: number } {
  if (isIP(server) !== 0) return { host: server, port: 53 };
  const [, host = server, port = '53'] = /^\[?(.*?)\]?:(\d+)$/.exec(server) ?? [];
  return { host, port: Number(port) };
}

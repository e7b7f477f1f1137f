import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { parseQuestion, type DnsQuestion } from '../../protocol/dns/message.ts';
import { askServers } from './ask.ts';
import { dnsStreamMessage, readDnsStream } from './dns-stream.ts';

const asked = Buffer.from('abcd01000001000000000000026462036c616e0000100001', 'hex');

function questionOf(message: Buffer): DnsQuestion {
  return parseQuestion(message) ?? assert.fail('no question');
}

/** The message as an answer, with a number that is off by so much. */
function answered(message: Buffer, off = 0): Buffer {
  const answer = Buffer.concat([message, Buffer.from('its answer')]);
  answer.writeUInt16BE((message.readUInt16BE(0) + off) & 0xffff, 0);
  answer.writeUInt8(0x81, 2);
  return answer;
}

test('the answer that counts is the one with the number that was asked with; it gets its own back', async () => {
  await using resolver = createSocket('udp4');
  let number = -1;
  resolver.on('message', (message, { port, address }) => {
    number = message.readUInt16BE(0);
    for (const off of [1, 2, 0]) resolver.send(answered(message, off), port, address);
  });
  resolver.bind(0, '127.0.0.1');
  await once(resolver, 'listening');
  const answer = await askServers([`127.0.0.1:${resolver.address().port}`], questionOf(asked), 'udp');
  assert.equal(answer.readUInt16BE(0), 0xabcd);
  assert.match(answer.toString('latin1'), /its answer$/);
  assert.notEqual(number, 0xabcd);
});

test('what is too long for UDP is asked for by TCP', async () => {
  const serve = async (socket: Socket): Promise<void> => {
    for await (const message of readDnsStream(socket, 512)) socket.write(dnsStreamMessage(answered(message)));
  };
  const resolver = createServer((socket) => void serve(socket)).listen(0, '127.0.0.1');
  await once(resolver, 'listening');
  const address = resolver.address();
  assert.ok(typeof address === 'object' && address !== null);
  const answer = await askServers([`127.0.0.1:${address.port}`], questionOf(asked), 'tcp');
  assert.equal(answer.readUInt16BE(0), 0xabcd);
  resolver.close();
  await assert.rejects(askServers([`127.0.0.1:${address.port}`], questionOf(asked), 'tcp'), /None of the servers/);
});

test('who does not listen is told of at once', async () => {
  await using nobody = createSocket('udp4');
  nobody.bind(0, '127.0.0.1');
  await once(nobody, 'listening');
  const { port } = nobody.address();
  await new Promise<void>((resolve) => nobody.close(() => resolve()));
  await assert.rejects(askServers([`127.0.0.1:${port}`], questionOf(asked), 'udp'), ({ errors: [error] }) =>
    /ECONNREFUSED/.test(String(error)),
  );
});

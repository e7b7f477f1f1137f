import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { machineName } from '../../model/network.ts';
import { parseQuestion } from '../../protocol/dns/message.ts';
import { startDnsServer, type DnsServer } from '../testing/dns-server.ts';
import { SystemNames } from './host-names.ts';

let server: DnsServer;
let folder: string;
let now = 0;
const long = 'x'.repeat(3_000);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-names-'));
  await writeFile(join(folder, 'hosts'), '127.0.0.1 localhost\n10.0.0.9 Mine.example # a comment\n');
  server = await startDnsServer({
    'one.example': [{ a: ['192.0.2.1', '192.0.2.2'] }],
    'alias.example': [{ cname: 'further.example' }],
    'further.example': [{ cname: 'end.example' }],
    'end.example': [{ a: ['192.0.2.9'] }],
    'mine.example': [{ a: ['192.0.2.7'] }],
    'bare.example': [{ txt: long }],
  });
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const open = (servers: readonly string[] = [server.address]): SystemNames =>
  new SystemNames(() => now, join(folder, 'hosts'), servers);

function question(name: string, type: number): Buffer {
  const labels = name.split('.').flatMap((label) => [Buffer.of(label.length), Buffer.from(label)]);
  return Buffer.concat([Buffer.from('abcd01000001000000000000', 'hex'), ...labels, Buffer.of(0, 0, type, 0, 1)]);
}

test('a name is asked for once until its answer is old, and then anew', async () => {
  const names = open();
  const first = await names.addressesOf('one.example');
  assert.deepEqual(first.addresses, ['192.0.2.1']);
  assert.deepEqual(await names.addressesOf('one.example'), first);
  now += 60_001;
  assert.deepEqual((await names.addressesOf('one.example')).addresses, ['192.0.2.2']);
});

test('aliases lead on, the file of hosts goes first, and this machine has a name', async () => {
  const names = open();
  assert.deepEqual((await names.addressesOf('alias.example')).addresses, ['192.0.2.9']);
  assert.deepEqual((await names.addressesOf('mine.example')).addresses, ['10.0.0.9']);
  assert.deepEqual((await names.addressesOf(machineName)).addresses, ['127.0.0.1', '::1']);
});

test('what has no address, or is not there, has none; where nobody can be asked, that is an error', async () => {
  const names = open();
  assert.deepEqual((await names.addressesOf('bare.example')).addresses, []);
  assert.deepEqual((await names.addressesOf('none.example')).addresses, []);
  await assert.rejects(open(['127.0.0.1:1']).addressesOf('one.example'), { code: 'ECONNREFUSED' });
});

test('questions are passed on, to the next server where one does not answer, by streams where they came so', async () => {
  const names = open(['127.0.0.1:1', server.address]);
  const asked = parseQuestion(question('bare.example', 16)) ?? assert.fail('no question');
  const short = await names.ask(asked, 'udp');
  assert.equal(short.readUInt16BE(0), 0xabcd);
  assert.equal(short.readUInt8(2) & 2, 2, 'it says that it is cut');
  const whole = await names.ask(asked, 'tcp');
  assert.equal(whole.readUInt16BE(0), 0xabcd);
  assert.ok(whole.length > long.length);
  await assert.rejects(open(['127.0.0.1:1']).ask(asked, 'udp'), /None of the servers 127\.0\.0\.1:1 answered/);
});

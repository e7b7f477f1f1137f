import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFile, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { GetFunctionCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { build } from 'esbuild';
import { runCli } from '../../src/cli/testing.ts';
import { startDnsServer, type DnsServer } from '../../src/egress/testing/dns-server.ts';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { HeddleClient } from '../../src/sdk/client.ts';
import { findConnection } from '../../src/sdk/connection.ts';
import { RemoteError, remote, shutdown, type Remote, type RemoteOptions } from '../../src/index.ts';
import { clientWith, secondAccount } from '../lambda/accounts.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, invoke, newHome, startHeddleBy, type RunningService } from '../e2e/service.ts';
import type { AccessKey } from '../../src/store/contract.ts';
import type * as Client from './fixtures/client.ts';
import { startOutside, type Outside } from './outside.ts';
import { startPostgres, startRedis, type RealServer } from './real-servers.ts';

// What people do with connections beside making them; once, where the driver makes no difference (connections.test.ts has all of them).

const host = 'host.heddle.internal';
const megabyte = 1_048_576;
const clientFile = join(import.meta.dirname, 'fixtures/client.ts');
const long = 'x'.repeat(3_000);
const zone = {
  'db.test': [{ a: ['127.0.0.1'] }, { aaaa: 'fd00:0:0:0:0:0:0:1' }],
  'alias.test': [{ cname: 'db.test' }],
  'other.test': [{ a: ['127.0.0.1'] }],
  'machine.wild.test': [{ a: ['127.0.0.1'] }],
  'public.test': [
    { a: ['93.184.216.34'] },
    { mx: 'mail.public.test', priority: 10 },
    { txt: 'a word' },
    { srv: 'db.test', priority: 1, weight: 2, port: 5432 },
  ],
  'long.public.test': [{ txt: long }],
};

const [driver] = await driversUnderTest();
// Another /etc/resolv.conf for the service alone is a mount of its own.
const skip = driver?.skip === false ? process.getuid?.() !== 0 && 'needs root' : (driver?.skip ?? 'no driver');

describe('connections of every day', { skip, timeout: 900_000 }, () => {
  let service: RunningService;
  let outside: Outside;
  let redis: RealServer;
  let postgres: RealServer;
  let dns: DnsServer;
  let home: string;
  let stranger: LambdaClient;
  let strangersKey: AccessKey;
  let account: string;
  let code: string;

  before(async () => {
    [outside, redis, postgres, dns, home] = await Promise.all([
      startOutside(host),
      startRedis(),
      startPostgres(),
      startDnsServer(zone),
      newHome(),
    ]);
    const key = (strangersKey = await secondAccount(home));
    const resolvers = join(home, 'resolv.conf');
    await writeFile(resolvers, `nameserver ${dns.address}\n`);
    const hosts = join(home, 'hosts');
    await writeFile(hosts, '127.0.0.1 localhost db.test\n');
    const mount = 'mount --bind "$0" /etc/resolv.conf && mount --bind "$1" /etc/hosts && shift && exec "$@"';
    const mounted = ['unshare', '--mount', 'sh', '-c', mount, resolvers, hosts];
    const { https, http, halves, resets, holds } = outside;
    const ports = [https, http, halves, resets, holds, redis.port, postgres.port];
    const policy = ['public', ...ports.map((port) => `${host}:${port}`)].join(' ');
    const flags = ['--driver', 'host', '--egress', policy];
    const ofStranger = `${key.account}=${host}:${http}`;
    service = await startHeddleBy(mounted, home, ...flags, '--egress-account', ofStranger);
    stranger = clientWith(service.url, key);
    account = key.account;
    process.env['HEDDLE_HOME'] = home;
    process.env['HEDDLE_URL'] = service.url;
    code = await bundle(clientFile);
    await deploy(service, 'client', code, { Timeout: 60, MemorySize: 512 });
  });
  after(async () => {
    await shutdown();
    stranger?.destroy();
    await Promise.all([service, outside, redis, postgres, dns].map((one) => one?.[Symbol.asyncDispose]()));
  });

  const call = async (event: object, name = 'client'): Promise<unknown> => {
    const { payload, functionError } = await invoke(service, name, { host, ...event });
    assert.equal(functionError, undefined, JSON.stringify(payload));
    return payload;
  };
  const threads = (options: RemoteOptions = {}): Remote<typeof Client> =>
    remote<typeof Client>(clientFile, { output: 'silent', timeoutMs: 60_000, ...options });
  const event = { host, port: 0, bytes: 0, ca: '', name: '', type: '' };

  test('threads use databases, TLS and WebSockets as functions do', async () => {
    const { handler } = threads({ memoryMb: 512 });
    const { https: port, http, ca } = outside;
    assert.deepEqual(await handler({ ...event, do: 'pg', port: postgres.port }), [42, 100_000]);
    assert.deepEqual(await handler({ ...event, do: 'redis', port: redis.port }), ['value', 200]);
    assert.equal(await handler({ ...event, do: 'got', port, ca }), 'hello from outside');
    assert.equal(await handler({ ...event, do: 'websocket', port, ca }), 'ping');
    const bytes = 100 * megabyte;
    assert.equal(await handler({ ...event, do: 'download', port: http, bytes }), bytes);
    assert.equal(await handler({ ...event, do: 'upload', port: http, bytes }), bytes);
  });

  test("a thread's option says what it may connect to; one that is apart may to nothing", async () => {
    const download = { ...event, do: 'download', port: outside.http, bytes: 10 };
    const refusal = { ...event, do: 'refusal', port: outside.http };
    assert.equal(await threads({ egress: `${host}:${outside.http}` }).handler(download), 10);
    assert.equal(await threads({ egress: ['10.0.0.0/8', host], apart: true }).handler(download), 10);
    for (const options of [{ egress: 'none' }, { apart: true }, { egress: 'none', apart: true }]) {
      const thread = threads(options).handler.spawn(refusal);
      assert.equal(Object(await thread).code, 'ENOTFOUND', JSON.stringify(options));
      assert.match((await Array.fromAsync(thread.logs())).join(''), /Egress refused: the name host\.heddle\.internal/);
    }
    const port = outside.https;
    const other = await threads({ egress: `${host}:${outside.http}` }).handler({ ...refusal, port });
    assert.equal(Object(other).code, 'ECONNRESET');
    await assert.rejects(threads({ egress: 'db.lan:http' }).handler(download), (error) => {
      assert.ok(error instanceof RemoteError);
      return /"http" in the egress rule "db\.lan:http" is no port/.test(error.message);
    });
  });

  test('a certificate of an authority of its own is taken from NODE_EXTRA_CA_CERTS', async () => {
    const ZipFile = await zipOf({ 'index.js': code, 'ca.pem': outside.ca });
    const Environment = { Variables: { NODE_EXTRA_CA_CERTS: '/var/task/ca.pem' } };
    await deploy(service, 'trusting', '', { Timeout: 60, Environment, Code: { ZipFile } });
    assert.equal(await call({ do: 'fetch', port: outside.https }, 'trusting'), 'hello from outside');
    const { payload } = await invoke(service, 'client', { do: 'fetch', host, port: outside.https });
    assert.match(JSON.stringify(payload), /fetch failed/);
  });

  test('names of every kind are asked for in whoever is asked by this machine, by policy', async () => {
    const resolve = (name: string, type: string): Promise<unknown> => call({ do: 'resolve', name, type });
    assert.match(String(await resolve('public.test', 'A')), /^127\./);
    assert.deepEqual(await resolve('public.test', 'MX'), [{ exchange: 'mail.public.test', priority: 10, type: 'MX' }]);
    assert.deepEqual(await resolve('public.test', 'TXT'), [['a word']]);
    assert.deepEqual(await resolve('public.test', 'SRV'), [
      { name: 'db.test', port: 5432, priority: 1, weight: 2, type: 'SRV' },
    ]);
    assert.equal(await resolve('public.test', 'AAAA'), 'ENODATA');
    assert.equal(await resolve('none.test', 'MX'), 'ENOTFOUND');
    // Too long for a datagram: asked for again over TCP.
    assert.equal(String(await resolve('long.public.test', 'TXT')).replaceAll(',', ''), long);
    assert.ok(dns.asked.includes('TXT long.public.test by tcp'), dns.asked.join('\n'));
    const before = dns.asked.length;
    const { handler } = threads({ egress: 'db.test' });
    assert.equal(await handler({ ...event, do: 'resolve', name: 'public.test', type: 'MX' }), 'ENOTFOUND');
    assert.equal(dns.asked.length, before, 'nobody is asked for what is forbidden');
  });

  test('a policy holds for names, whatever they lead to: aliases, wildcards, private addresses', async () => {
    const { http: port } = outside;
    const { handler } = threads({ egress: `db.test:${port} alias.test:${port} *.wild.test` });
    const download = { ...event, do: 'download', port, bytes: 10 };
    assert.equal(await handler({ ...download, host: 'db.test' }), 10);
    assert.equal(await handler({ ...download, host: 'DB.Test.' }), 10);
    // Whoever owns a name elsewhere leads nobody to this machine, as its own file of hosts does.
    const led = Object(await handler({ ...event, do: 'refusal', host: 'alias.test', port })).code;
    // It has an address of IPv6, too, where nobody is.
    assert.ok(['ENOTFOUND', 'ECONNRESET'].includes(led), led);
    for (const name of ['other.test', 'machine.wild.test', 'wild.test', 'xdb.test'])
      assert.equal(Object(await handler({ ...event, do: 'refusal', host: name, port })).code, 'ENOTFOUND', name);
    // Allowed by no name, and private.
    const { log, payload } = await invoke(service, 'client', { do: 'lookup', name: 'other.test' });
    assert.equal(payload, 'ENOTFOUND');
    assert.match(log, /Egress refused: other\.test \(127\.0\.0\.1\) is an address of this machine itself/);
  });

  test('heddle and the AWS SDK find the service inside, unconfigured', async () => {
    // Where no packages are: the AWS SDK is the runtime's.
    const path = join(home, 'calling.ts');
    await copyFile(join(import.meta.dirname, 'fixtures/calling.ts'), path);
    const { code: exit, stderr } = await runCli(home, ['deploy', path, '--memory', '512', '--timeout', '60']);
    assert.equal(exit, 0, stderr);
    assert.deepEqual(await call({ name: 'client' }, 'calling'), [42, '"from inside"']);
  });

  test('code uses queues of its own account, unconfigured, and makes none', async () => {
    const key = strangersKey;
    const credentials = { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey };
    const theirs = new SQSClient({ endpoint: service.url, region: 'us-east-1', credentials, maxAttempts: 1 });
    const { QueueUrl } = await theirs.send(new CreateQueueCommand({ QueueName: 'theirs' }));
    theirs.destroy();
    assert.equal((await runCli(home, ['queue', 'create', 'work'])).code, 0);
    const path = join(home, 'queueing.ts');
    await copyFile(join(import.meta.dirname, 'fixtures/queueing.ts'), path);
    const { code: exit, stderr } = await runCli(home, ['deploy', path, '--memory', '512', '--timeout', '60']);
    assert.equal(exit, 0, stderr);
    // Clients go where a queue's URL leads, and inside that is the service's name there.
    const inside = (QueueUrl ?? '').replace(service.url, 'http://heddle.internal');
    const expected = ['heddle.internal', 'from inside', 'AccessDenied', 'QueueDoesNotExist'];
    assert.deepEqual(await call({ queue: 'work', theirs: inside }, 'queueing'), expected);
  });

  test('connections are counted by function, for who asks and in metrics', async () => {
    const policy = `${host}:${outside.http}`;
    const { code: exit, stderr } = await runCli(home, [
      'deploy',
      clientFile,
      '--name',
      'counted',
      '--timeout',
      '60',
      '--egress',
      policy,
    ]);
    assert.equal(exit, 0, stderr);
    assert.equal(await call({ do: 'download', port: outside.http, bytes: megabyte }, 'counted'), megabyte);
    assert.equal(Object(await call({ do: 'refusal', port: outside.https }, 'counted')).code, 'ECONNRESET');
    await call({ do: 'many', port: outside.http, bytes: 0 }, 'counted');
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    const metric = (name: string, more = ''): number => {
      const line = new RegExp(`^heddle_egress_${name}\\{account="\\d{12}",function="counted"${more}\\} (\\S+)$`, 'm');
      return Number(line.exec(metrics)?.[1]);
    };
    assert.equal(metric('connections_total'), 1);
    assert.equal(metric('refusals_total'), 1);
    const [bytesIn, bytesOut] = ['in', 'out'].map((way) => metric('bytes_total', `,direction="${way}"`));
    assert.ok(bytesIn !== undefined && bytesIn > megabyte && bytesIn < megabyte + 10_000, `${bytesIn}`);
    assert.ok(bytesOut !== undefined && bytesOut > 50 && bytesOut < 10_000, `${bytesOut}`);
    const { stdout } = await runCli(home, ['ps']);
    assert.match(stdout, /CONNECTIONS OF\s+MADE\s+OPEN\s+REFUSED\s+MOVED\s+OUT\s+IN\n(?:.*\n)*counted\s+1\s+\d\s+1\s/);
  });

  test('a policy of a deployment is kept, changed, and refused in words', async () => {
    const again = await runCli(home, ['deploy', clientFile, '--name', 'counted']);
    assert.equal(again.code, 0, again.stderr);
    const refused = await call({ do: 'refusal', port: outside.https }, 'counted');
    assert.equal(Object(refused).code, 'ECONNRESET', 'kept');
    const changed = await runCli(home, ['deploy', clientFile, '--name', 'counted', '--egress', 'none']);
    assert.equal(changed.code, 0, changed.stderr);
    assert.equal(Object(await call({ do: 'refusal', port: outside.http }, 'counted')).code, 'ENOTFOUND');
    const wrong = await runCli(home, ['deploy', clientFile, '--egress', 'db.lan:http']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /--egress is no egress policy: "http" in the egress rule "db\.lan:http" is no port/);
    const up = await runCli(home, ['up', '--egress', 'none public']);
    assert.match(up.stderr, /`none` stands alone/);
  });

  test('VpcConfig is taken, and told to mean nothing', async () => {
    const vpc = { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] };
    await deploy(service, 'in-vpc', code, { VpcConfig: vpc });
    const { Configuration } = await service.client.send(new GetFunctionCommand({ FunctionName: 'in-vpc' }));
    assert.deepEqual(Configuration?.VpcConfig?.SubnetIds, vpc.SubnetIds);
    // AWS's client does not show what AWS does not say.
    using client = new HeddleClient(findConnection(home, { HEDDLE_URL: service.url }));
    const note = (await client.findFunction('in-vpc'))?.object('VpcConfig').text('Note') ?? '';
    assert.match(note, /Ignored: what this function may connect to, its tag heddle:egress/);
    assert.equal(await call({ do: 'download', port: outside.http, bytes: 10 }, 'in-vpc'), 10);
  });

  test('an account may to what the service allows it, whatever its functions say', async () => {
    const own = { client: stranger };
    const event = { host, do: 'refusal' };
    await deploy(own, 'client', code, { Tags: { 'heddle:egress': 'all' } });
    const allowed = await invoke(own, 'client', { ...event, do: 'download', port: outside.http, bytes: 10 });
    assert.equal(allowed.payload, 10);
    const refused = await invoke(own, 'client', { ...event, port: outside.https });
    assert.equal(Object(refused.payload).code, 'ECONNRESET');
    assert.match(refused.log, /Egress refused: .* the policy of its account does not allow/);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    assert.match(
      metrics,
      new RegExp(`^heddle_egress_refusals_total\\{account="${account}",function="client"\\} 1$`, 'm'),
    );
  });

  test('whichever end goes, the other learns it at once', async () => {
    const connected = once(outside.heldOnes, 'connection');
    const hold = invoke(service, 'client', { do: 'until', host, port: outside.holds });
    const [socket]: Socket[] = await connected;
    // Only then the connection is there from end to end.
    if (socket !== undefined) await once(socket, 'data');
    socket?.resetAndDestroy();
    assert.equal((await hold).payload, 'ECONNRESET');
    const again = once(outside.heldOnes, 'connection');
    const held = invoke(service, 'client', { do: 'until', host, port: outside.holds });
    held.catch(() => undefined); // the service stops under it
    const [left]: Socket[] = await again;
    // With an error or without: a reset is one.
    const closed = new Promise((resolve) => left?.resume().once('close', resolve));
    await service.kill('SIGKILL');
    await closed;
  });
});

/** A file with all that it imports. */
async function bundle(file: string): Promise<string> {
  const built = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    external: ['pg-native', 'cloudflare:sockets'],
    logLevel: 'silent',
  });
  return built.outputFiles[0]?.text ?? assert.fail('no bundle');
}

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetProvisionedConcurrencyConfigCommand,
  InvokeCommand,
  LambdaClient,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import { shardOf } from '../../../src/cluster/homes/shards.ts';
import { runCli } from '../../../src/cli/testing.ts';
import { zipOf } from '../../../src/frontend/testing/zip-of.ts';
import type { ClusterSnapshot } from '../../../src/model/cluster-snapshot.ts';
import { hostOf, startCluster, type TestCluster } from '../harness.ts';
import { besides, crowd, each, mostAtOnce, sharedNow, timedCode } from './crowd.ts';

// What an account may have, on three real hosts that are all asked at once.

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** How often calls of a function that has reserved some come to each host; more with `HEDDLE_TEST_SLOW=1`. */
const roundsOfKept = process.env['HEDDLE_TEST_SLOW'] === '1' ? 40 : 3;

let cluster: TestCluster;
const clients: LambdaClient[] = [];
let account: string;
/** As the command line takes them. */
let credentials: Readonly<Record<string, string>>;

before(async () => {
  cluster = await startCluster({ network: 'loopback' });
  const made = await heddle('account', 'create', 'crowd', '--concurrency', '1', '--json');
  const { key, account: own }: { key: Credentials; account: { id: string } } = JSON.parse(made);
  account = own.id;
  credentials = { HEDDLE_ACCESS_KEY_ID: key.accessKeyId, HEDDLE_SECRET_ACCESS_KEY: key.secretAccessKey };
  const known = { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey };
  clients.push(...cluster.hosts.map((_, n) => new LambdaClient({ ...cluster.clientOptions(n), credentials: known })));
  await deploy('timed');
});

after(async () => {
  clients.forEach((client) => client.destroy());
  await cluster[Symbol.asyncDispose]();
});

async function heddle(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(hostOf(cluster, 0).home, args);
  assert.equal(code, 0, stderr);
  return stdout;
}

/** Which host keeps count of what the account has, counted from 0. */
async function homeOfAccount(): Promise<number> {
  const { hosts, shards }: ClusterSnapshot = JSON.parse(await heddle('--json', 'cluster', 'ps'));
  const at = shards.find(({ shard }) => shard === shardOf(account))?.host;
  const name = hosts.find(({ id }) => id === at)?.name;
  const home = cluster.hosts.findIndex((host) => host.name === name);
  assert.notEqual(home, -1);
  return home;
}

function client(n: number): LambdaClient {
  const one = clients[n];
  assert.ok(one !== undefined);
  return one;
}

/** `kept`: so many of its version 1 are reserved, and made ready. */
async function deploy(FunctionName: string, kept?: number): Promise<void> {
  const Code = { ZipFile: await zipOf({ 'index.mjs': timedCode }) };
  const Role = 'arn:aws:iam::123456789012:role/any';
  const one = client(0);
  await one.send(
    new CreateFunctionCommand({ FunctionName, Runtime: 'nodejs24.x', Handler: 'index.handler', Role, Code }),
  );
  await waitUntilFunctionActiveV2({ client: one, maxWaitTime: 120 }, { FunctionName });
  if (kept === undefined) return;
  await one.send(new PublishVersionCommand({ FunctionName }));
  await waitUntilFunctionActiveV2({ client: one, maxWaitTime: 120 }, { FunctionName, Qualifier: '1' });
  await one.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: kept }));
  await one.send(
    new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: '1', ProvisionedConcurrentExecutions: kept }),
  );
  await untilProvisioned(kept, [0, 1, 2]);
}

// Rising: what hosts hold of a higher limit they give back as calls end.
for (const limit of [1, 2, 5])
  test(`an account that may have ${limit} at once never has more on three hosts that all want them, and none is left out`, async (t) => {
    await heddle('account', 'limit', account, '--concurrency', String(limit));
    const { ran, throttled, failed } = await crowd(
      clients,
      { functionName: 'timed', callers: 4, ms: 100 },
      each(3, limit * 5),
    );
    t.diagnostic(`${ran.length} ran, ${throttled} throttled, ${failed} failed, ${mostAtOnce(ran)} at once`);
    assert.equal(failed, 0);
    assert.ok(throttled > 0);
    const most = mostAtOnce(ran);
    assert.ok(most <= limit, `${most} at once`);
  });

test('nothing begins above a limit that was lowered under a crowd, from when that was acknowledged', async (t) => {
  const phases: { readonly limit: number; readonly since: number; until: number }[] = [];
  let over = false;
  const changes = (async (): Promise<void> => {
    try {
      for (const limit of [5, 2, 1, 5, 2, 1, 5, 1]) {
        const before = phases.at(-1);
        if (before !== undefined) before.until = sharedNow();
        await heddle('account', 'limit', account, '--concurrency', String(limit));
        phases.push({ limit, since: sharedNow(), until: Infinity });
        await new Promise((resolve) => setTimeout(resolve, 400));
      }
    } finally {
      over = true;
    }
  })();
  const { ran, failed } = await crowd(clients, { functionName: 'timed', callers: 4, ms: 60 }, () => over);
  await changes;
  assert.equal(failed, 0);
  let judged = 0;
  for (const { limit, since, until } of phases)
    for (const one of ran) {
      // Who was sent before may have been let in before.
      if (one.sentAt < since || one.from >= until) continue;
      judged += 1;
      const most = besides(ran, one);
      assert.ok(most <= limit, `${most} at once where ${limit} may be`);
    }
  t.diagnostic(`${judged} of ${ran.length} calls were judged`);
  assert.ok(judged > 40, `${judged} of ${ran.length} calls could be judged`);
});

test('what is reserved for a function is one number for all hosts', async (t) => {
  await heddle('account', 'limit', account, '--concurrency', '200');
  await client(1).send(new PutFunctionConcurrencyCommand({ FunctionName: 'timed', ReservedConcurrentExecutions: 2 }));
  const { ran, throttled, failed } = await crowd(clients, { functionName: 'timed', callers: 3, ms: 40 }, each(3, 15));
  await client(2).send(new DeleteFunctionConcurrencyCommand({ FunctionName: 'timed' }));
  t.diagnostic(`${ran.length} ran, ${throttled} throttled`);
  assert.equal(failed, 0);
  assert.ok(throttled > 0);
  assert.ok(mostAtOnce(ran) <= 2);
});

test('requests of an account count once, at whichever host they come in and wherever they run', async (t) => {
  const [perSecond, atOnce] = [20, 10];
  await heddle('account', 'limit', account, '--rate', `${perSecond}/${atOnce}`);
  const since = sharedNow();
  const { ran, throttled, failed } = await crowd(
    clients,
    { functionName: 'timed', callers: 4, ms: 100 },
    () => sharedNow() - since > 3_000,
  );
  await heddle('account', 'limit', account, '--rate', 'none');
  const seconds = (Math.max(...ran.map(({ to }) => to)) - since) / 1_000;
  t.diagnostic(`${ran.length} in ${seconds.toFixed(1)} s, ${throttled} throttled`);
  assert.equal(failed, 0);
  assert.ok(throttled > 0);
  assert.ok(ran.length <= atOnce + perSecond * seconds, `${ran.length} in ${seconds} s`);
  // Were each counted twice, half of them would come in.
  assert.ok(ran.length >= 0.7 * (atOnce + perSecond * 3), `${ran.length} came in`);
});

test('what is reserved is kept for its function while others ask for all there is: none of its calls is refused', async (t) => {
  await deploy('kept', 3);
  // What runs elsewhere gets what is left.
  await heddle('account', 'limit', account, '--concurrency', '8');
  let kept: Promise<number> | undefined;
  let isDone = false;
  const { ran, throttled } = await crowd(clients, { functionName: 'timed', callers: 4, ms: 100 }, (some) => {
    if (some.length >= 20) kept ??= callsOfKept().finally(() => (isDone = true));
    return isDone;
  });
  t.diagnostic(`${ran.length} ran, ${throttled} throttled; of what is kept ${await kept} ran`);
  assert.ok(throttled > 0);
  assert.ok(mostAtOnce(ran) <= 5);
});

/** Three at once at each host, in turns; gives how many. Rejects where one is refused. */
async function callsOfKept(): Promise<number> {
  let count = 0;
  for (let round = 0; round < roundsOfKept; round += 1)
    for (const one of clients) {
      const Payload = Buffer.from(JSON.stringify({ ms: 50 }));
      const which = { FunctionName: 'kept', Qualifier: '1', Payload } as const;
      const answers = await Promise.all([1, 2, 3].map(() => one.send(new InvokeCommand(which)))).catch(
        (error: unknown) => {
          throw new Error(`After ${count} calls: ${String(Object(error)['Reason'])}`, { cause: error });
        },
      );
      count += answers.length;
    }
  return count;
}

test('what is provisioned is there on the hosts, and serves calls at each of them', async () => {
  for (const one of clients) {
    const Payload = Buffer.from(JSON.stringify({ ms: 1 }));
    const which = { FunctionName: 'kept', Qualifier: '1', LogType: 'Tail', Payload } as const;
    const { LogResult = '' } = await one.send(new InvokeCommand(which));
    assert.match(Buffer.from(LogResult, 'base64').toString(), /Start Path: provisioned-container/);
  }
});

/** Resolves when so many are ready, as each host that lives says it, and `ps` shows them on hosts that live. */
async function untilProvisioned(count: number, hosts: readonly number[]): Promise<void> {
  const which = { FunctionName: 'kept', Qualifier: '1' };
  const deadline = AbortSignal.timeout(120_000);
  for (let said = ''; ;) {
    deadline.throwIfAborted();
    const states = await Promise.all(
      hosts.map((n) => client(n).send(new GetProvisionedConcurrencyConfigCommand(which))),
    );
    const ready = states.map((state) => state.AvailableProvisionedConcurrentExecutions);
    const shown = await provisionedShown(hosts[0] ?? 0);
    const now = `${ready.join(', ')} are said to be ready, and ${shown} are shown`;
    if (ready.every((one) => one === count) && shown === count) return;
    if (now !== said) process.stderr.write(`${(said = now)}\n`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function provisionedShown(at: number): Promise<number> {
  const { stdout, stderr } = await runCli(hostOf(cluster, at).home, ['--json', 'ps'], '', undefined, credentials);
  assert.notEqual(stdout, '', stderr);
  const { instances }: { instances: { containers: { functionName?: string; capacity?: string }[] }[] } =
    JSON.parse(stdout);
  const all = instances.flatMap(({ containers }) => containers);
  return all.filter(({ capacity, functionName }) => capacity === 'provisioned' && functionName === 'kept:1').length;
}

test('the home of an account is killed under a crowd: what it lent holds, and is lent again', async (t) => {
  const FunctionName = 'timed';
  const limit = 5;
  const home = await homeOfAccount();
  // Three of these are kept for another function.
  await heddle('account', 'limit', account, '--concurrency', String(limit + 3));
  let killed: Promise<void> | undefined;
  let after = Infinity;
  const { ran, throttled, failed } = await crowd(
    clients,
    { functionName: FunctionName, callers: 3, ms: 100 },
    (ran) => {
      if (killed === undefined && ran.length >= 20) {
        after = ran.length;
        killed = hostOf(cluster, home).process.kill();
      }
      const since = ran.slice(after);
      return [0, 1, 2].every((at) => at === home || since.filter(({ client: by }) => by === at).length >= 10);
    },
  );
  await killed;
  t.diagnostic(`${ran.length} ran, ${throttled} throttled, ${failed} failed, ${mostAtOnce(ran)} at once`);
  assert.ok(mostAtOnce(ran) <= limit);
  await untilProvisioned(
    3,
    [0, 1, 2].filter((at) => at !== home),
  );
});

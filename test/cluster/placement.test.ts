import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import { runCli } from '../../src/cli/testing.ts';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { remote, shutdown } from '../../src/index.ts';
import type { ServiceSnapshot } from '../../src/model/snapshot.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../traces/otlp-receiver.ts';
import { hostOf, startCluster, type TestCluster } from './harness.ts';

// Calls of functions and threads on three real hosts; the clients only know the first.

let cluster: TestCluster;
let receiver: OtlpReceiver;

before(async () => {
  receiver = await startOtlpReceiver();
  const environment = (): Record<string, string> => ({ OTEL_BSP_SCHEDULE_DELAY: '50' });
  const flags = ['--otlp-endpoint', receiver.url, '--trace-ratio', '0'];
  cluster = await startCluster({ network: 'loopback', environment, flags });
  const [first] = cluster.hosts;
  process.env['HEDDLE_HOME'] = first?.home;
  process.env['HEDDLE_URL'] = first?.url;
});

after(async () => {
  await shutdown();
  delete process.env['HEDDLE_URL'];
  await cluster[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

/** Invocations that each host's containers have had whose function's name begins so. */
async function invocationsByHost(name: string): Promise<number[]> {
  const { stdout } = await runCli(hostOf(cluster, 0).home, ['--json', 'ps']);
  const { instances }: Pick<ServiceSnapshot, 'instances'> = JSON.parse(stdout);
  return cluster.hosts.map((host) =>
    instances
      .filter(({ host: at }) => at === host.name)
      .flatMap(({ containers }) => containers)
      .filter(({ functionName }) => functionName?.startsWith(name) === true)
      .reduce((sum, { invocations }) => sum + invocations, 0),
  );
}

test('a map of tasks that compute uses the processors of all hosts', async (t) => {
  const work = remote<typeof import('./fixtures/compute.ts')>(new URL('fixtures/compute.ts', import.meta.url), {
    memoryMb: 128,
    timeoutMs: 600_000,
  });
  const items = Array.from({ length: 240 }, (_, n) => ({ n, ms: 50 }));
  const got: number[] = [];
  const hosts = new Map<string | undefined, number>();
  const runs = work.compute.map(items, {
    concurrency: 48,
    onStart: ({ host }) => void hosts.set(host, (hosts.get(host) ?? 0) + 1),
  });
  for await (const n of runs) got.push(n);
  assert.deepEqual(
    got,
    items.map(({ n }) => n),
  );
  t.diagnostic(JSON.stringify([...hosts]));
  // How many each does depends on how fast it is; a host that is not used at all has none.
  assert.equal(hosts.size, cluster.hosts.length);
  assert.ok(Math.min(...hosts.values()) >= items.length / 20, JSON.stringify([...hosts]));
});

test('one function called now and then keeps to one container, whichever host is asked', async (t) => {
  const lambda = cluster.lambda(0);
  const Code = { ZipFile: await zipOf({ 'index.mjs': 'export const handler = async () => process.pid;' }) };
  const Role = 'arn:aws:iam::123456789012:role/any';
  await lambda.send(
    new CreateFunctionCommand({ FunctionName: 'lone', Runtime: 'nodejs24.x', Handler: 'index.handler', Role, Code }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 120 }, { FunctionName: 'lone' });
  for (const n of [1, 2]) await untilKnown(n, 'lone');
  for (let nth = 0; nth < 12; nth += 1) {
    const { FunctionError } = await cluster.lambda(nth % 3).send(new InvokeCommand({ FunctionName: 'lone' }));
    assert.equal(FunctionError, undefined);
    // As fast as hosts tell each other.
    await new Promise((resolve) => void setTimeout(resolve, 600));
  }
  const byHost = await invocationsByHost('lone');
  t.diagnostic(`containers have had ${byHost.join(', ')} invocations`);
  assert.equal(byHost.filter((count) => count > 0).length, 1, byHost.join(', '));
});

test('an invocation that another host runs is one trace, and any host tells where its time went', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const of = (name: string | RegExp): ReceivedSpan | undefined =>
    receiver.spans.find(
      (span) => span.traceId === traceId && (name instanceof RegExp ? name.test(span.name) : name === span.name),
    );
  // Its container is on one of the hosts: of two that are asked, one at least has another run it.
  let requestId = '';
  for (let nth = 0; of(/^run on /) === undefined; nth += 1) {
    const lambda = cluster.lambda(nth % 3);
    lambda.middlewareStack.add(
      (next) => async (args) => {
        Object.assign(Object(Reflect.get(Object(args.request), 'headers')), {
          traceparent: `00-${traceId}-b7ad6b7169203331-01`,
        });
        return await next(args);
      },
      { step: 'build' },
    );
    receiver.clear();
    const { $metadata } = await lambda.send(new InvokeCommand({ FunctionName: 'lone' }));
    requestId = $metadata.requestId ?? '';
    await receiver.until(() => of('lone') !== undefined && of('handler') !== undefined);
  }
  const [server, way, handler] = ['lone', /^run on /, 'handler'].map((name) => of(name) ?? assert.fail(String(name)));
  assert.equal(server?.parentId, 'b7ad6b7169203331');
  assert.equal(way?.parentId, server?.spanId);
  assert.equal(handler?.parentId, way?.spanId);
  const hosts = [server, way, handler].map((span) => span?.resource['service.instance.id']);
  assert.equal(hosts[0], hosts[1]);
  assert.notEqual(hosts[0], hosts[2]);
  assert.equal(way?.name, `run on ${String(hosts[2])}`);
  for (const { home } of cluster.hosts) {
    const { stdout } = await runCli(home, ['--json', 'trace', requestId]);
    const { host, name, cameTo, stages }: Told = JSON.parse(stdout);
    assert.deepEqual([host, name, cameTo], [hosts[2], 'lone', hosts[0]]);
    assert.deepEqual(
      [stages[0], stages[1], stages.at(-2), stages.at(-1)].map((stage) => [stage?.name, stage?.host]),
      [
        ['request', hosts[0]],
        ['way there', undefined],
        ['handler', hosts[2]],
        ['way back', undefined],
      ],
    );
  }
});

interface Told {
  readonly host: string;
  readonly name: string;
  readonly cameTo: string;
  readonly stages: readonly { readonly name: string; readonly host?: string }[];
}

async function untilKnown(host: number, name: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await cluster.lambda(host).send(new GetFunctionCommand({ FunctionName: name }));
      return;
    } catch (error) {
      if (tries > 600) throw error;
      await new Promise((resolve) => void setTimeout(resolve, 100));
    }
  }
}

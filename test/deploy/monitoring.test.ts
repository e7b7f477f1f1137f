import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { GetFunctionConfigurationCommand, InvocationType } from '@aws-sdk/client-lambda';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { limitsText } from '../../src/cluster/limits/metrics.ts';
import { placementText } from '../../src/cluster/placement/metrics.ts';
import { clusterText } from '../../src/cluster/view/metrics.ts';
import { openMetricsContentType } from '../../src/frontend/metrics/open-metrics.ts';
import { root } from '../../tools/tidy/source.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, invoke, littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';
import { dashboardExpressions, namesIn, rulesIn } from './monitoring/expressions.ts';
import { wrongInGrafana } from './monitoring/grafana-types.ts';
import {
  prometheusPrograms,
  runPromtool,
  startPrometheus,
  type PrometheusPrograms,
  type RunningPrometheus,
} from './monitoring/prometheus.ts';

/** Fails where its event says so, and is refused a connection first: a function that does a little of everything. */
const code = `exports.handler = async (event) => {
  await fetch('http://host.heddle.internal:9').catch(() => undefined);
  if (event.fail) throw new Error('asked to');
  return event;
};`;

/** What has no series before something has ended, or failed, or is kept elsewhere. */
const mayBeEmpty = new Set([
  'Releases',
  'Alerts',
  'Pools: Instances that ended or failed',
  'Events: What sources keep',
]);

/** Of a service that is no cluster nothing of a cluster can be seen, but what it would say. */
const ofCluster = [
  clusterText({ asked: '', hosts: [], shards: [], streams: [] }, undefined),
  placementText({ placed: new Map([['here', 1]]), summaries: { bytes: 0, messages: 0 } }),
  limitsText(
    { counts: { claims: 0, failures: 0, waited: 0, waitedMs: 0 }, shares: () => [] },
    { counts: { claims: 0, refused: 0, looks: 0, lookFailures: 0, expired: 0 }, entries: () => [] },
  ),
].join('');

async function programsOr(): Promise<PrometheusPrograms | string> {
  try {
    return await prometheusPrograms();
  } catch (error) {
    return `Debian's prometheus cannot be had here: ${String(error).slice(0, 200)}`;
  }
}

const found = await programsOr();
const programs: PrometheusPrograms = typeof found === 'string' ? { prometheus: '', promtool: '' } : found;
const skip = typeof found === 'string' ? found : false;

/** Series that an expression gives. */
async function seriesOf(prometheus: RunningPrometheus, expr: string): Promise<readonly unknown[]> {
  const { result }: { result: readonly unknown[] } = Object(await prometheus.ask('query', { query: expr }));
  return result;
}

test('Grafana’s own types have nothing against the dashboard, and would have', async () => {
  const file = join(root, 'deploy/grafana/heddle.json');
  assert.equal(await wrongInGrafana(await readFile(file, 'utf8')), '');
  const mistaken = (await readFile(file, 'utf8')).replace('"fillOpacity"', '"fillOpacty"');
  assert.match(await wrongInGrafana(mistaken), /"fillOpacty"' does not exist/);
});

describe('rules and alerts', { skip }, () => {
  test('promtool takes them, and their own tests hold', () => {
    for (const args of [
      ['check', 'config', '--lint-fatal', 'prometheus.yml'],
      ['test', 'rules', 'tests.yml'],
    ]) {
      const { status, said } = runPromtool(programs, args);
      assert.equal(status, 0, said);
    }
  });

  test('every alert has its section in the guide for operators', async () => {
    const guide = await readFile(join(root, 'docs/operations.md'), 'utf8');
    const sections = new Set(Array.from(guide.matchAll(/^#+ (.+)$/gm), ([, title = '']) => title));
    for (const { alert, annotations } of await rulesIn('alerts.yml')) {
      assert.ok(alert !== undefined && sections.has(alert), `${alert} has no section`);
      assert.equal(annotations?.runbook, `docs/operations.md#${alert.toLowerCase()}`);
      assert.match(annotations.summary, /\{\{/);
    }
  });
});

describe('a running service', { skip }, async () => {
  const driver = (await driversUnderTest()).find((one) => one.skip === false)?.name ?? 'host';
  let service: RunningService;
  let metrics: string;
  let known: ReadonlySet<string>;
  before(async () => {
    service = await startHeddle(await newHome(), '--driver', driver, ...littleWarm);
    await deploy(service, 'f', code);
    const credentials = await service.client.config.credentials();
    const to = { endpoint: service.url, region: service.region, credentials };
    using clients = new DisposableStack();
    const sqs = clients.adopt(new SQSClient(to), (client) => client.destroy());
    const scheduler = clients.adopt(new SchedulerClient(to), (client) => client.destroy());
    await sqs.send(new CreateQueueCommand({ QueueName: 'q' }));
    const { FunctionArn } = await service.client.send(new GetFunctionConfigurationCommand({ FunctionName: 'f' }));
    const Target = { Arn: FunctionArn, RoleArn: 'arn:aws:iam::000000000000:role/any' };
    const schedule = new CreateScheduleCommand({
      Name: 's',
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target,
    });
    await scheduler.send(schedule);
    await invoke(service, 'f', {}, { InvocationType: InvocationType.Event });
    metrics = await (await fetch(`${service.url}/metrics`)).text();
    known = new Set(Array.from(`${metrics}\n${ofCluster}`.matchAll(/^# TYPE (\S+)/gm), ([, name = '']) => name));
  });
  after(() => service[Symbol.asyncDispose]());

  test('promtool has nothing to say against what it, or a host of a cluster, shows', () => {
    for (const text of [metrics, ofCluster])
      assert.deepEqual(runPromtool(programs, ['check', 'metrics'], text), { status: 0, said: '' });
    for (const [, name = '', type] of metrics.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
      assert.ok(new RegExp(`^# HELP ${name} \\S`, 'm').test(metrics), `${name} has no help`);
      assert.equal(name.endsWith('_total'), type === 'counter', `${name} is a ${type}`);
    }
  });

  test('a real Prometheus reads it as OpenMetrics, computes every rule, and has what the dashboard and alerts ask for', async () => {
    const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
    const open = await fetch(`${service.url}/metrics`, { headers: { accept } });
    assert.equal(open.headers.get('content-type'), openMetricsContentType);
    assert.ok((await open.text()).endsWith('\n# EOF\n'));

    await using prometheus = await startPrometheus(programs, service.url);
    const recorded = (await rulesIn('rules.yml')).map(({ record = '' }) => record);
    const wanted = [...recorded, 'count_over_time(up{job="heddle"}[1m]) > 4'];
    // Rates need something that grows.
    for (let n = 0; wanted.length > 0; n += 1) {
      await invoke(service, 'f', { fail: n % 5 === 0 });
      if ((await seriesOf(prometheus, wanted[0] ?? '')).length > 0) wanted.shift();
      else await wait(50);
    }

    const { activeTargets }: { activeTargets: readonly { lastError: string; health: string }[] } = Object(
      await prometheus.ask('targets'),
    );
    assert.deepEqual(
      activeTargets.map(({ health, lastError }) => [health, lastError]),
      [['up', '']],
    );

    const {
      groups,
    }: { groups: readonly { rules: readonly { name: string; health: string; lastError?: string }[] }[] } = Object(
      await prometheus.ask('rules'),
    );
    const computed = groups.flatMap(({ rules }) => rules);
    assert.ok(computed.length > 30);
    for (const { name, health, lastError } of computed)
      assert.deepEqual([name, health, lastError], [name, 'ok', undefined]);

    const asked = await dashboardExpressions();
    const rules = [...(await rulesIn('rules.yml')), ...(await rulesIn('alerts.yml'))];
    const exists = (name: string): boolean =>
      known.has(name) || recorded.includes(name) || known.has(name.replace(/_(?:bucket|count|sum)$/, ''));
    for (const { where, expr } of [
      ...asked,
      ...rules.map((rule) => ({ where: rule.alert ?? rule.record, expr: rule.expr })),
    ])
      for (const name of namesIn(expr)) assert.ok(exists(name), `${where}: there is no metric ${name}`);

    // What is of a cluster shows nothing here, and is understood all the same.
    for (const { row, where, expr } of asked) {
      const series = await seriesOf(prometheus, expr);
      if (row !== 'Cluster' && !mayBeEmpty.has(where)) assert.ok(series.length > 0, `${where} shows nothing: ${expr}`);
    }
  });
});

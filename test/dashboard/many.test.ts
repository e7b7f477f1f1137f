import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { TestFrontend } from '../../src/frontend/testing/test-frontend.ts';
import type { ClusterSnapshot } from '../../src/model/cluster-snapshot.ts';
import { assertLooks, launchBrowser, openTab, skip, type Dashboard } from './harness.ts';
import { SyntheticJob } from './synthetic-job.ts';
import { manyInstances, startSynthetic } from './synthetic.ts';

const load = {
  running: 3,
  waiting: 0,
  instances: 12,
  containers: 60,
  idleContainers: 40,
  memoryMb: 4_096,
  memoryMbMax: 16_384,
  processors: 8,
  processorLoad: 1.5,
  peers: 2,
  shards: [],
};
const host = (n: number): ClusterSnapshot['hosts'][number] => ({
  id: `h-000000000000000${n}`,
  name: `host-${n}`,
  url: `http://10.0.0.${n}:4333`,
  release: '0.1.0',
  protocol: { min: 1, max: 1 },
  alive: n !== 3,
  draining: n === 2,
  startedAt: Date.now() - n * 3_600_000,
  stateBehind: 0,
  ...(n !== 3 && { load }),
});
const replicas = [{ server: 'n2', current: true, lag: 0 }];
const cluster: ClusterSnapshot = {
  asked: host(1).id,
  hosts: [host(1), host(2), host(3)],
  shards: [{ shard: 0, host: host(1).id }, { shard: 1 }],
  streams: [{ name: 'KV_heddle-hosts', messages: 12, bytes: 4_096, last: 40, leader: 'n1', replicas }],
};

describe('the dashboard of much', { skip }, () => {
  const job = new SyntheticJob(10_000, 300);
  let service: TestFrontend;
  let browser: Browser;
  let dashboard: Pick<Dashboard, 'open'>;
  before(async () => {
    const account = (): string => service.key.account;
    const unused = (): never => assert.fail('Nobody asked for that.');
    service = await startSynthetic({
      threads: job.book,
      clusterView: {
        snapshot: async () => cluster,
        instances: async () => ({
          found: manyInstances(1_000, account(), 0).map((one, n) => ({ ...one, host: `host-${n % 3}` })),
          silent: ['host-3'],
        }),
        told: async () => ({ found: [], silent: ['host-3'] }),
        tells: () => undefined,
        usage: unused,
        traces: unused,
        metrics: unused,
      },
    });
    job.advance(service.key.account, 20_000);
    browser = await launchBrowser();
    const { key, url } = service;
    dashboard = { open: (place, options = {}) => openTab({ browser, key, url }, place, options) };
  });
  after(async () => {
    await browser?.close();
    await service?.[Symbol.asyncDispose]();
  });

  test('a thousand instances are all in the picture, and in a table of which only what is seen is in the page', async () => {
    await using tab = await dashboard.open('overview');
    const { page } = tab;
    await page.getByText('1,000 instances').waitFor();
    await page.getByText('No answer from host-3: what is there is missing here.').waitFor();
    await page.getByRole('button', { name: 'Next instance' }).click();
    await page.getByText(/^i-\w+ fake · nodejs24\.x/).waitFor();
    await page.getByRole('button', { name: 'Table' }).click();
    await page.getByRole('table').waitFor();
    assert.equal(await page.getByRole('table').getAttribute('aria-rowcount'), '1001');
    assert.ok((await page.getByRole('row').count()) < 50);
  });

  test('many instances look as they should', async () => {
    await assertLooks(dashboard, 'overview?many', (page) => page.getByText('1,000 instances').waitFor());
  });

  test('ten thousand threads that go on are all in the picture and found in the table, of which only what is seen is in the page', async () => {
    await using tab = await dashboard.open('threads');
    const { page } = tab;
    await page.getByText('10,000 threads of 1 job, 64 running').waitFor();
    const table = page.getByRole('region', { name: 'Threads of the job' });
    await table.getByRole('link').first().waitFor();
    assert.equal(await table.getByRole('table').getAttribute('aria-rowcount'), '10001');
    assert.ok((await table.getByRole('row').count()) < 50);
    await page.getByLabel('Find threads').fill('t-009999');
    await table.getByText('queued').waitFor();
    // It is over while somebody looks.
    job.advance(service.key.account, job.totalMs);
    await page.getByText('10,000 threads of 1 job', { exact: true }).waitFor();
    await table.getByText('ended').waitFor();
  });

  test('many threads look as they should', async () => {
    await assertLooks(dashboard, 'threads?many', (page) => page.getByText('103 failures').waitFor());
  });

  test('the cluster looks as it should, and says who is missing', async () => {
    await assertLooks(dashboard, 'cluster', async (page) => {
      await page.getByRole('row', { name: /host-3 silent/ }).waitFor();
      await page.getByText('2 of 3').waitFor();
    });
  });
});

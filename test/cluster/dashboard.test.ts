import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { Browser } from 'playwright-core';
import { testCache } from '../../src/instance/testing/places.ts';
import { findConnection } from '../../src/sdk/connection.ts';
import { assertLooks, launchBrowser, openTab, skip, type Dashboard } from '../dashboard/harness.ts';
import { deploy, invoke } from '../e2e/service.ts';

const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const flags = ['--driver', 'host', '--warm', 'nodejs24.x-256=1..1', '--port', '0', '--log-level', 'warn'];

interface Host {
  readonly name: string;
  readonly url: string;
  readonly home: string;
  readonly pid: number;
}

/** `heddle cluster up --nodes 3`, seen in Chromium from its first host. */
describe('the dashboard of a cluster', { skip }, () => {
  const undo = new AsyncDisposableStack();
  let hosts: readonly Host[] = [];
  let dashboard: Pick<Dashboard, 'open'>;
  before(async () => {
    const home = await mkdtemp(join(tmpdir(), 'heddle-cluster-seen-'));
    undo.defer(() => rm(home, { recursive: true, force: true }));
    const env = { PATH: process.env['PATH'], HOME: home, HEDDLE_HOME: home, HEDDLE_CACHE: testCache() };
    const args = [main, '--json', 'cluster', 'up', '--nodes', '3', '--temporary', ...flags];
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    undo.defer(async () => {
      child.kill('SIGINT');
      await ended;
    });
    const [line]: unknown[] = await once(createInterface(child.stdout), 'line');
    ({ hosts } = Object(JSON.parse(String(line))));
    const browser: Browser = await launchBrowser();
    undo.defer(() => browser.close());
    const { url, home: homeOfHost } = hostNamed('host-1');
    const { accessKeyId, secretAccessKey } = findConnection(homeOfHost, {});
    const key = { accessKeyId, secretAccessKey };
    dashboard = { open: (place, options = {}) => openTab({ browser, key, url }, place, options) };
    const client = new LambdaClient({ endpoint: url, region: 'us-east-1', credentials: key });
    await deploy({ client }, 'hello', 'exports.handler = async () => "hello"');
    for (let call = 0; call < 4; call++) await invoke({ client }, 'hello');
  });
  after(() => undo.disposeAsync());

  function hostNamed(name: string): Host {
    return hosts.find((host) => host.name === name) ?? assert.fail(`There is no ${name}.`);
  }

  test('all its hosts are there, and instances say which one they are on', async () => {
    await using tab = await dashboard.open('cluster');
    const { page } = tab;
    await page.getByText('3 of 3').waitFor();
    for (const { name } of hosts) await page.getByRole('row', { name: new RegExp(`^${name} .*there`) }).waitFor();
    await page.getByText('0 without a home').waitFor();
    await page
      .getByRole('row', { name: /^heddle/i })
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('button', { name: 'Table' }).click();
    await page
      .getByRole('cell', { name: /on host-3/ })
      .first()
      .waitFor();
    await assertLooks(dashboard, 'cluster?all', (shown) => shown.getByText('0 without a home').waitFor());
  });

  test('a host that is killed is missed, and its shards find another home, while somebody looks', async () => {
    await using tab = await dashboard.open('cluster');
    const { page } = tab;
    await page.getByText('3 of 3').waitFor();
    process.kill(hostNamed('host-3').pid, 'SIGKILL');
    await page.getByRole('row', { name: /^host-3 silent/ }).waitFor({ timeout: 120_000 });
    await page.getByText('2 of 3').waitFor();
    await assertLooks(dashboard, 'cluster?killed', (shown) => shown.getByText('2 of 3').waitFor());
    await page.getByText('0 without a home').waitFor({ timeout: 120_000 });
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { deploy, invoke } from '../e2e/service.ts';
import { assertLooks, skip, startDashboard, type Dashboard } from './harness.ts';

describe('the dashboard in Chromium', { skip }, () => {
  let dashboard: Dashboard;
  before(async () => {
    dashboard = await startDashboard();
    await deploy(dashboard.service, 'hello', 'exports.handler = async () => "hello"');
    await invoke(dashboard.service, 'hello');
  });
  after(async () => {
    await dashboard?.[Symbol.asyncDispose]();
  });

  test('a key is asked for, a wrong one refused, and the right one kept out of the address', async () => {
    await using tab = await dashboard.open('overview', { key: null });
    const { page } = tab;
    await page.getByLabel('Access key id').fill(dashboard.key.accessKeyId);
    await page.getByLabel('Secret access key').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('does not match').waitFor();
    await page.getByLabel('Secret access key').fill(dashboard.key.secretAccessKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    assert.ok(!page.url().includes(dashboard.key.accessKeyId));
  });

  test('the overview looks as it should', async () => {
    await assertLooks(dashboard, 'overview', (page) => page.getByRole('heading', { name: 'Overview' }).waitFor());
  });
});

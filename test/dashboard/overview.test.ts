import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { deploy, invoke, startHeddle } from '../e2e/service.ts';
import { assertLooks, skip, startDashboard, type Dashboard } from './harness.ts';

describe('the overview and the machine in Chromium', { skip }, () => {
  let dashboard: Dashboard;
  before(async () => {
    dashboard = await startDashboard();
    await deploy(dashboard.service, 'hello', 'exports.handler = async () => "hello"');
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
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Access key id').waitFor();
    assert.equal(await page.evaluate('sessionStorage.length'), 0);
  });

  test('the sign-in looks as it should, and the styles in the page itself are all that may be inline', async () => {
    const answer = await fetch(dashboard.service.url);
    const policy = answer.headers.get('content-security-policy') ?? '';
    assert.match(policy, /style-src 'self' 'sha256-[^' ]+';/);
    assert.match(policy, /script-src 127\.0\.0\.1:\d+\/heddle\/dashboard\/;/);
    assert.match(await answer.text(), /<style>/);
    await assertLooks(dashboard, '', (page) => page.getByLabel('Access key id').waitFor(), { key: null });
  });

  test('an instance goes to the active pool when it is called, and calls are seen as they come', async () => {
    await using tab = await dashboard.open('overview');
    const { page } = tab;
    await page.getByRole('img', { name: / 0 in the active pool/ }).waitFor();
    await page.getByText('No calls since the service started.').waitFor();
    const { path, instance } = await invoke(dashboard.service, 'hello');
    await page.getByRole('img', { name: / 1 in the active pool/ }).waitFor();
    await page.getByText('1 call since the service started').waitFor();
    await page.getByText(path, { exact: true }).waitFor();
    await invoke(dashboard.service, 'hello');
    await page.getByText('2 calls since the service started').waitFor();
    await page.getByRole('button', { name: 'Table' }).click();
    await page.getByRole('row', { name: new RegExp(`^${instance} allocated .*account \\d+ .*hello`) }).waitFor();
  });

  test('the overview looks as it should', async () => {
    await assertLooks(dashboard, 'overview', (page) => page.getByText('calls since the service started').waitFor());
  });

  test('the machine looks as it should', async () => {
    await assertLooks(dashboard, 'machine', (page) => page.getByText('in use', { exact: true }).first().waitFor());
  });

  test('a service that dies is missed at once, and found again when it is back, with what was on the page still there', async () => {
    await using tab = await dashboard.open('overview');
    const { page } = tab;
    await page.getByText('2 calls since the service started').waitFor();
    await dashboard.service.kill('SIGKILL');
    await page.getByText('No answer: trying again…').waitFor();
    assert.ok(await page.getByText('2 calls since the service started').isVisible());
    const { port } = new URL(dashboard.service.url);
    await using _again = await startHeddle(
      dashboard.service.home,
      '--driver',
      'host',
      '--warm',
      'none',
      '--port',
      port,
    );
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('No calls since the service started.').waitFor();
  });
});

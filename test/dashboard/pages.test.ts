import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { runCli } from '../../src/cli/testing.ts';
import { active, deploy, invoke } from '../e2e/service.ts';
import { assertLooks, skip, startDashboard, type Dashboard } from './harness.ts';
import { populate } from './populated.ts';

describe('pages of functions, logs, events, the network and profiles', { skip }, () => {
  let dashboard: Dashboard;
  before(async () => {
    dashboard = await startDashboard('--prices', 'EUR=0.0000167,0.0000002');
    await populate(dashboard);
  });
  after(async () => {
    await dashboard?.[Symbol.asyncDispose]();
  });

  test('functions are listed with how their calls went, which changes while they are called', async () => {
    await using tab = await dashboard.open('functions');
    const calls = tab.page
      .getByRole('row', { name: /^price/ })
      .locator('td')
      .nth(1);
    await calls.getByText('6', { exact: true }).waitFor();
    for (let call = 0; call < 3; call++) await invoke(dashboard.service, 'price');
    await calls.getByText('9', { exact: true }).waitFor();
    await tab.page
      .getByRole('row', { name: /^price/ })
      .getByText(/^€0\.0000\d+$/)
      .waitFor();
    await tab.page
      .getByRole('row', { name: /^failing/ })
      .getByText('100 %')
      .waitFor();
    await tab.page.getByRole('link', { name: 'hello' }).click();
    await tab.page.getByRole('heading', { name: 'hello' }).waitFor();
    await tab.page.getByText('reused-container').first().waitFor();
  });

  test('a function is called by hand: its payload is checked as it is typed, and kept', async () => {
    await using tab = await dashboard.open('functions/hello?tab=test');
    const { page } = tab;
    const payload = page.getByLabel('Payload');
    const run = page.getByRole('button', { name: 'Invoke' });
    await payload.fill('{"name": "Ada"');
    await page.getByText(/^(?:Line 1|Expected|Unexpected)/).waitFor();
    assert.ok(await run.isDisabled());
    await payload.fill('{"name": "Grace"}');
    await payload.press('Control+Enter');
    await page.getByText('Hello, Grace!').waitFor();
    await page
      .getByText(/(?:reused-container|new-container)/)
      .first()
      .waitFor();
    await page.getByText('hello Grace').waitFor();
    await page.reload();
    assert.equal(await page.getByLabel('Payload').inputValue(), '{"name": "Grace"}');
    await page.getByLabel('Version').selectOption('2');
    await page.getByRole('button', { name: 'Invoke' }).click();
    await page.getByText('succeeded').waitFor();
  });

  test('an error is shown with a stack of lines of the sources', async () => {
    await using tab = await dashboard.open('functions/failing?tab=test');
    await tab.page.getByRole('button', { name: 'Invoke' }).click();
    await tab.page.getByText('There is no tea left.').first().waitFor();
    await tab.page
      .getByText(/index\.ts:11:\d+/)
      .first()
      .waitFor();
  });

  test('logs are followed, filtered by function, level, text and request, and paused', async () => {
    await using tab = await dashboard.open('logs');
    const { page } = tab;
    const lines = page.getByRole('option');
    await lines
      .getByText(/^REPORT RequestId/)
      .first()
      .waitFor();
    await page.getByLabel('Level, at least').selectOption('ERROR');
    await lines.getByText('nothing can be reported').waitFor();
    await lines
      .getByText(/^REPORT RequestId/)
      .first()
      .waitFor({ state: 'detached' });
    await page.getByLabel('Level, at least').selectOption('');
    await page.getByLabel('Function').selectOption('hello');
    await page.getByLabel('Contains').fill('hello Lovelace');
    await page.getByText('No line is like that').waitFor();
    await invoke(dashboard.service, 'hello', { name: 'Lovelace' });
    await lines.getByText('hello Lovelace').click();
    await page.getByLabel('Contains').fill('');
    await page.getByRole('button', { name: /^All of request/ }).click();
    await page.getByText('5 lines', { exact: true }).waitFor();
    await page.getByLabel('Request id').fill('');
    await page.getByText(/^\d{3} lines$/).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await invoke(dashboard.service, 'hello', { name: 'Unseen' });
    const resume = page.getByRole('button', { name: /^Resume \([1-9]\d* new\)/ });
    await resume.waitFor();
    assert.equal(await lines.getByText('hello Unseen').count(), 0);
    await resume.click();
    await lines.getByText('hello Unseen').waitFor();
  });

  test('dead letters are looked at, and moved back when somebody says so', async () => {
    await using tab = await dashboard.open('events?tab=queues');
    const { page } = tab;
    const dead = page.getByLabel('Dead letters in jobs-dead');
    await dead.getByText('3 messages in jobs-dead').waitFor();
    await dead.getByRole('button', { name: 'Look inside' }).click();
    await page.getByText('{"job":0}').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await dead.getByRole('button', { name: 'Redrive…' }).click();
    await page.getByRole('button', { name: 'Move 3 messages back' }).click();
    await dead.waitFor({ state: 'detached' });
    await page
      .getByRole('row', { name: /^jobs / })
      .getByText('5', { exact: true })
      .waitFor();
  });

  test('events that a function gave up are handed over again', async () => {
    const Environment = { Variables: { MENDED: '1' } };
    const { client } = dashboard.service;
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'moody', Environment }));
    await active(dashboard.service, 'moody');
    await using tab = await dashboard.open('events?tab=queues');
    const { page } = tab;
    const dead = page.getByLabel('Dead letters in lost');
    await dead.getByText('given up by function moody').waitFor();
    await dead.getByRole('button', { name: 'Redrive…' }).click();
    await page.getByRole('button', { name: 'Hand 1 message over again' }).click();
    await dead.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: /^Asynchronous calls/ }).click();
    const row = page.getByRole('row', { name: /^moody/ });
    await row.locator('td').nth(5).getByText('1', { exact: true }).waitFor();
  });

  test('what a schedule could not deliver is sent again', async () => {
    await deploy(dashboard.service, 'not-yet', 'exports.handler = async (event) => console.log("got", event.month)');
    await using tab = await dashboard.open('events?tab=queues');
    const { page } = tab;
    const dead = page.getByLabel('Dead letters in unsent');
    await dead.getByText('given up by schedule report').waitFor();
    await dead.getByRole('button', { name: 'Redrive…' }).click();
    await page.getByRole('button', { name: 'Hand 1 message over again' }).click();
    await dead.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: /^Asynchronous calls/ }).click();
    const row = page.getByRole('row', { name: /^not-yet/ });
    await row.locator('td').nth(5).getByText('1', { exact: true }).waitFor();
  });

  test('a durable execution is a timeline of its steps, with attempts that failed', async () => {
    await using tab = await dashboard.open('events?tab=executions');
    const { page } = tab;
    const row = page.getByRole('row').filter({ hasText: 'order:' }).first();
    await row.getByRole('link').first().click();
    const timeline = page.getByLabel('Timeline');
    await timeline.getByRole('listitem').first().waitFor();
    assert.ok((await timeline.getByText('done', { exact: true }).count()) > 0);
    assert.equal(await timeline.locator('.events-span').count(), await timeline.getByRole('listitem').count());
  });

  test('whoever is not the operator is told so on the operator’s pages, and stays signed in', async () => {
    const { stdout } = await runCli(dashboard.service.home, ['account', 'create', 'guests', '--json']);
    await using tab = await dashboard.open('machine', { key: Object(JSON.parse(stdout)).key });
    await tab.page.getByRole('heading', { name: 'This page is the operator' }).waitFor();
    await tab.page.getByRole('link', { name: 'To the overview' }).click();
    await tab.page.getByRole('heading', { name: 'Overview' }).waitFor();
    await tab.page.getByText('Live', { exact: true }).waitFor();
  });

  test('what was refused is shown with the rule that would allow it', async () => {
    await using tab = await dashboard.open('network');
    const { page } = tab;
    await page.getByRole('button', { name: 'Allow host.heddle.internal …' }).click();
    await page.getByText('heddle deploy FOLDER --name reporter').waitFor();
    assert.match((await page.getByRole('dialog').textContent()) ?? '', /--egress '[^']*host\.heddle\.internal'/);
  });

  test('each looks as it should', async () => {
    const places: readonly (readonly [string, RegExp | string])[] = [
      ['functions', 'checkout'],
      ['functions/hello', 'Start paths, last hour'],
      ['functions/hello?tab=test', 'Valid JSON'],
      ['functions/hello?tab=versions', 'Aliases'],
      ['functions/hello?tab=configuration', 'Handler'],
      ['logs', /^REPORT/],
      ['events?tab=queues', 'jobs'],
      ['events?tab=schedules', 'nightly'],
      ['events?tab=lines', 'Given up'],
      ['events?tab=executions', 'succeeded'],
      ['network', '192.168.7.7:8080'],
      ['profiles', /certain/],
    ];
    for (const [place, text] of places)
      await assertLooks(dashboard, place, (page) => page.getByText(text).first().waitFor());
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertLooks, skip, startDashboard, type Dashboard } from './harness.ts';
import { runJob } from './jobs.ts';

describe('threads on the dashboard', { skip }, () => {
  let dashboard: Dashboard;
  /** Where a thread is selected. */
  let place = 'threads';
  before(async () => {
    dashboard = await startDashboard();
  });
  after(async () => {
    await dashboard?.[Symbol.asyncDispose]();
  });

  const ready = async (page: Page): Promise<void> => await page.getByText('65 threads of 1 job').waitFor();

  test('without any, the page says how there come to be some', async () => {
    await using tab = await dashboard.open('threads');
    await tab.page.getByText('heddle run examples/threads/untrusted.ts').waitFor();
  });

  test('those of a program come while it runs, each with what is to be known of it', async () => {
    await using tab = await dashboard.open('threads');
    const { page } = tab;
    await page.getByText('No threads yet').waitFor();
    const printed = await runJob(dashboard.service, 'job.ts');
    assert.match(printed, /^60 tiles, .*There is no tile 7/m);
    await ready(page);
    // The one that failed: its line in the source, and what it had printed.
    await page.getByRole('button', { name: 'failed' }).click();
    const table = page.getByRole('region', { name: 'Threads of the job' });
    await table.getByRole('link', { name: /^fails/ }).click();
    const card = page.getByRole('region', { name: 'The selected thread' });
    await card.getByText(/There is no tile 7/).waitFor();
    await card
      .getByText(/job-work\.ts:13/)
      .first()
      .waitFor();
    await card.getByText('about to fail at 7').waitFor();
    // One that waited for a lock, and one that was sent messages.
    await page.getByRole('button', { name: 'all' }).click();
    await page.getByLabel('Find threads').fill('locks');
    await table.getByRole('link', { name: /^locks 2/ }).click();
    await card.getByText('Waited for mutex easel').waitFor();
    await page.getByLabel('Find threads').fill('talks');
    await table.getByRole('link', { name: /^talks/ }).click();
    await card.getByText('5 to it, 4 from it').waitFor();
    place = page.url().replace(/^.*#\//, '');
  });

  test('the timeline is gone through with keys', async () => {
    await using tab = await dashboard.open('threads');
    const { page } = tab;
    await ready(page);
    const timeline = page.getByRole('application');
    // How many there are is known before each of them is.
    await page.getByRole('region', { name: 'Threads of the job' }).getByRole('link').first().waitFor();
    const heading = page.getByRole('region', { name: 'The selected thread' }).getByRole('heading', { level: 2 });
    // What is drawn is what keys go through: nothing says when that is.
    while (!(await heading.isVisible())) {
      await timeline.focus();
      await page.keyboard.press('ArrowRight');
    }
    const first = await heading.textContent();
    await page.keyboard.press('End');
    await page.keyboard.press('+');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('button', { name: 'Whole job' }).click();
    assert.ok(first !== null && first !== '');
  });

  test('the page looks as it should', async () => {
    await assertLooks(dashboard, place, async (page) => await page.getByText('5 to it, 4 from it').waitFor());
  });
});

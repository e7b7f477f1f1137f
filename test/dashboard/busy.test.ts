import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { deploy, invoke } from '../e2e/service.ts';
import { deployDurable, begin } from '../executions/durable-function.ts';
import { assertLooks, skip, startDashboard, type Dashboard } from './harness.ts';
import { runJob } from './jobs.ts';
import { populate } from './populated.ts';

/** How long a call of each function takes, ms; names as people give them. */
const functions: Readonly<Record<string, number>> = {
  'order-confirmation-email-renderer-production-eu-west-1': 140,
  'resize-images': 60,
  search: 8,
  'checkout-session-from-cart-and-customer-preferences-v2': 25,
  'nightly-report': 900,
};

const worker = (ms: number): string => `exports.handler = async ({ n = 0 }) => {
  console.log('item ' + n + ' of ' + process.env.AWS_LAMBDA_FUNCTION_NAME);
  await new Promise((done) => setTimeout(done, ${ms} * (0.5 + Math.random())));
  if (n % 17 === 16) { console.error('The payment gateway answered 502 for item ' + n); throw new Error('The gateway answered 502.'); }
  if (n % 9 === 8) console.warn('slow answer: tried again once');
};`;

const chatty = `exports.handler = async () => {
  for (let n = 0; n < 800; n++) console.log('line ' + n + ' ' + 'abcdefghij '.repeat(n % 40));
};`;

/** Each page and part of one, and what is to be seen there at last: where nothing is, and where much goes on. */
const places: readonly (readonly [place: string, empty: string | RegExp | undefined, busy: string | RegExp])[] = [
  ['overview', 'No calls since the service started.', /^[\d,]+ calls since the service started/],
  ['functions', 'Nothing is deployed yet', 'nightly-report'],
  ['functions/search', undefined, 'Start paths, last hour'],
  ['functions/search?tab=logs', undefined, /item \d+ of search/],
  ['threads', 'No threads yet', '65 threads of 1 job'],
  ['logs', 'Nothing can print yet', /^REPORT/],
  ['events', 'Nothing waits', 'jobs-dead'],
  ['events?tab=executions', undefined, 'running'],
  ['network', 'Nothing has connected anywhere', '192.168.7.7:8080'],
  ['profiles', 'No function has called another yet', /certain/],
  ['machine', 'in use', 'in use'],
];

describe('the dashboard of a service that has nothing, and of a busy one', { skip }, () => {
  const over = new AbortController();
  let dashboard: Dashboard;
  let called: Promise<unknown> = Promise.resolve();
  before(async () => {
    dashboard = await startDashboard('--warm', 'nodejs24.x-256=2..3x4');
  });
  after(async () => {
    over.abort();
    await called;
    await dashboard?.[Symbol.asyncDispose]();
  });

  /** Again and again, until it is over. */
  async function call(name: string): Promise<void> {
    for (let n = 0; !over.signal.aborted; n++) await invoke(dashboard.service, name, { n });
  }

  const shows =
    (text: string | RegExp) =>
    async (page: Page): Promise<void> =>
      await page.getByText(text).first().waitFor();

  test('where nothing is yet, each page says how something comes there', async () => {
    for (const [place, text] of places)
      if (text !== undefined) await assertLooks(dashboard, `${place}?empty`, shows(text));
  });

  test('where much goes on, each page can be read', async () => {
    await populate(dashboard);
    const { service } = dashboard;
    for (const [name, ms] of Object.entries(functions)) await deploy(service, name, worker(ms));
    await deploy(service, 'chatty', chatty);
    for (let n = 0; n < 6; n++) await invoke(service, 'chatty');
    await deployDurable(service, 'approval', { name: 'waits-for-approval-of-the-purchase-department' });
    await begin(service, 'waits-for-approval-of-the-purchase-department');
    await runJob(service, 'job.ts');
    called = Promise.all(Object.keys(functions).flatMap((name) => [call(name), call(name)]));
    for (const [place, , text] of places)
      await assertLooks(dashboard, `${place}${place.includes('?') ? '&' : '?'}busy`, shows(text));
  });
});

import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { TestFrontend } from '../../../src/frontend/testing/test-frontend.ts';
import { manyInstances, startSynthetic } from '../../../test/dashboard/synthetic.ts';
import { SyntheticJob } from '../../../test/dashboard/synthetic-job.ts';
import type { Line } from '../../result.ts';
import { summarise } from '../../statistics.ts';

/** How often the state changes while frames are counted, ms: as often as the stream says so. */
const turnMs = 200;
const [instanceCount, threadCount] = [1_000, 10_000];
/** How long a thread runs, ms: so that threads end and begin, two hundred a second, for as long as somebody looks. */
const threadMs = 300;

/** What a page did while it was watched, ms. */
interface Watched {
  readonly frames: readonly number[];
  /** Tasks of more than 50 ms. */
  readonly longTasks: readonly number[];
}

/** How evenly the overview is drawn while a thousand instances change five times a second. */
export async function* instanceFrames(browser: Browser, ms: number): AsyncGenerator<Line> {
  await using service = await startSynthetic();
  let turn = 0;
  const change = (): void => {
    const instances = manyInstances(instanceCount, service.key.account, turn++);
    service.workerManager.state = { ...service.workerManager.state, instances };
  };
  change();
  const { context, page } = await open(browser, service, 'overview');
  await page.getByText('1,000 instances').waitFor();
  const turns = setInterval(change, turnMs);
  const watched = await watch(page, ms, '');
  clearInterval(turns);
  await context.close();
  yield* linesOf(`frames with ${instanceCount} instances`, watched);
}

/** The same of the page of a job of ten thousand threads that goes on: while it is only looked at, and while its list and its picture are scrolled all the time. */
export async function* threadFrames(browser: Browser, ms: number): AsyncGenerator<Line> {
  const job = new SyntheticJob(threadCount, threadMs);
  await using service = await startSynthetic({ threads: job.book });
  const begun = performance.now();
  const ahead = 0.4 * job.totalMs;
  const advance = (): void => job.advance(service.key.account, ahead + performance.now() - begun);
  advance();
  const { context, page } = await open(browser, service, 'threads');
  await page.getByRole('region', { name: 'Threads of the job' }).getByRole('link').first().waitFor();
  const turns = setInterval(advance, 20);
  const what = `frames with ${threadCount} threads`;
  yield* linesOf(what, await watch(page, ms, ''));
  yield* linesOf(`${what}, scrolled`, await watch(page, ms, scrolling));
  clearInterval(turns);
  await context.close();
}

async function open(
  browser: Browser,
  { url, key: { accessKeyId, secretAccessKey } }: TestFrontend,
  place: string,
): Promise<{ readonly context: BrowserContext; readonly page: Page }> {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 }, reducedMotion: 'no-preference' });
  const kept = JSON.stringify(JSON.stringify({ accessKeyId, secretAccessKey }));
  await context.addInitScript(`sessionStorage.setItem('heddle-session', ${kept})`);
  const page = await context.newPage();
  await page.goto(`${url}/#/${place}`);
  return { context, page };
}

/** As far as a wheel that is turned fast brings it, 3,000 pixels a second, and back again at the end. */
const scrolling = `
  for (const one of document.querySelectorAll('.rows-frame, .timeline-frame')) {
    const end = one.scrollHeight - one.clientHeight;
    const at = (3 * (now - begun)) % (2 * end);
    one.scrollTop = at > end ? 2 * end - at : at;
  }`;

/** Counts frames for so long, and does something in each, as a script. */
async function watch(page: Page, ms: number, each: string): Promise<Watched> {
  return await page.evaluate(`new Promise((resolve) => {
    const [frames, longTasks] = [[], []];
    new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((one) => one.duration))).observe({ type: 'longtask' });
    const begun = performance.now();
    let last = begun;
    const next = (now) => {
      if (now > last) frames.push(now - last);
      last = now;
      ${each}
      if (now - begun < ${ms}) requestAnimationFrame(next);
      else resolve({ frames, longTasks });
    };
    requestAnimationFrame(next);
  })`);
}

function* linesOf(what: string, { frames, longTasks }: Watched): Generator<Line> {
  const { p50, p99, max } = summarise(frames);
  yield { what: `${what}: p50`, unit: 'ms', values: { dashboard: p50 } };
  yield { what: `${what}: p99`, unit: 'ms', values: { dashboard: p99 } };
  yield { what: `${what}: longest`, unit: 'ms', values: { dashboard: max } };
  yield { what: `${what}: tasks over 50 ms`, unit: 'in all', values: { dashboard: longTasks.length } };
}

import type { Browser } from 'playwright-core';
import { manyInstances, startSynthetic } from '../../../test/dashboard/synthetic.ts';
import type { TypedKey } from '../../../test/dashboard/harness.ts';
import type { Line } from '../../result.ts';
import { median, summarise } from '../../statistics.ts';

/** How often the state changes while frames are counted, ms: as often as the stream says so. */
const turnMs = 200;
const instances = 1_000;

/** What a page did while it was watched, ms. */
interface Watched {
  readonly frames: readonly number[];
  /** Tasks of more than 50 ms. */
  readonly longTasks: readonly number[];
}

const firstPaint = `new Promise((resolve) => new PerformanceObserver((list, observer) => {
  const found = list.getEntriesByName('first-paint')[0];
  if (found) { observer.disconnect(); resolve(found.startTime); }
}).observe({ type: 'paint', buffered: true }))`;

/** From asking for a page to seeing something of it, in a browser that has nothing of it yet: the dashboard, and a page of the same server with a line of text. */
export async function* firstPaints(
  { browser, url, key }: { readonly browser: Browser; readonly url: string; readonly key: TypedKey },
  rounds: number,
): AsyncGenerator<Line> {
  const kept = JSON.stringify(JSON.stringify(key));
  const seen: Record<string, number[]> = { dashboard: [], 'empty page': [] };
  for (let round = 0; round <= rounds; round++)
    for (const [who, path] of Object.entries({ dashboard: '/#/overview', 'empty page': '/healthz' })) {
      const context = await browser.newContext();
      await context.addInitScript(`sessionStorage.setItem('heddle-session', ${kept})`);
      const page = await context.newPage();
      await page.goto(`${url}${path}`);
      const ms = Number(await page.evaluate(firstPaint));
      // In the first round the service has yet to read the files.
      if (round > 0) seen[who]?.push(ms);
      await context.close();
    }
  yield { what: 'first paint: p50', unit: 'ms', values: mapped(seen, median) };
}

/** How evenly the overview is drawn while a thousand instances change five times a second. */
export async function* frames(browser: Browser, ms: number): AsyncGenerator<Line> {
  await using service = await startSynthetic();
  const { account, accessKeyId, secretAccessKey } = service.key;
  let turn = 0;
  const change = (): void => {
    service.workerManager.state = {
      ...service.workerManager.state,
      instances: manyInstances(instances, account, turn++),
    };
  };
  change();
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 }, reducedMotion: 'no-preference' });
  const kept = JSON.stringify(JSON.stringify({ accessKeyId, secretAccessKey }));
  await context.addInitScript(`sessionStorage.setItem('heddle-session', ${kept})`);
  const page = await context.newPage();
  await page.goto(`${service.url}/#/overview`);
  await page.getByText('1,000 instances').waitFor();
  const turns = setInterval(change, turnMs);
  const watched: Watched = await page.evaluate(watchFor(ms));
  clearInterval(turns);
  await context.close();
  const { p50, p99, max } = summarise(watched.frames);
  const what = `frames with ${instances} instances`;
  yield { what: `${what}: p50`, unit: 'ms', values: { dashboard: p50 } };
  yield { what: `${what}: p99`, unit: 'ms', values: { dashboard: p99 } };
  yield { what: `${what}: longest`, unit: 'ms', values: { dashboard: max } };
  yield { what: `${what}: tasks over 50 ms`, unit: 'in all', values: { dashboard: watched.longTasks.length } };
}

function watchFor(ms: number): string {
  return `new Promise((resolve) => {
    const [frames, longTasks] = [[], []];
    new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((one) => one.duration))).observe({ type: 'longtask' });
    const begun = performance.now();
    let last = begun;
    const next = (now) => {
      if (now > last) frames.push(now - last);
      last = now;
      if (now - begun < ${ms}) requestAnimationFrame(next);
      else resolve({ frames, longTasks });
    };
    requestAnimationFrame(next);
  })`;
}

function mapped(
  all: Readonly<Record<string, readonly number[]>>,
  of: (some: readonly number[]) => number,
): Record<string, number> {
  return Object.fromEntries(Object.entries(all).map(([who, some]) => [who, of(some)]));
}

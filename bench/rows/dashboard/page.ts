import type { Browser } from 'playwright-core';
import type { TypedKey } from '../../../test/dashboard/harness.ts';
import type { Line } from '../../result.ts';
import { median } from '../../statistics.ts';

const firstPaint = `new Promise((resolve) => new PerformanceObserver((list, observer) => {
  const found = list.getEntriesByName('first-paint')[0];
  if (found) { observer.disconnect(); resolve(found.startTime); }
}).observe({ type: 'paint', buffered: true }))`;

/** The third one has the headers that the dashboard has, one of which makes browsers begin a process of its own for it. */
const pages = { dashboard: '/#/overview', 'empty page': '/healthz', 'same headers': '/heddle/dashboard/none' };

/** From asking for a page to seeing something of it, in a browser that has nothing of it yet: the dashboard, and two pages of the same server with a line of text. */
export async function* firstPaints(
  { browser, url, key }: { readonly browser: Browser; readonly url: string; readonly key: TypedKey },
  rounds: number,
): AsyncGenerator<Line> {
  const kept = JSON.stringify(JSON.stringify(key));
  const seen: Record<string, number[]> = Object.fromEntries(Object.keys(pages).map((who) => [who, []]));
  for (let round = 0; round <= rounds; round++)
    for (const [who, path] of Object.entries(pages)) {
      const context = await browser.newContext();
      await context.addInitScript(`sessionStorage.setItem('heddle-session', ${kept})`);
      const page = await context.newPage();
      await page.goto(`${url}${path}`);
      const ms = Number(await page.evaluate(firstPaint));
      // In the first round the service has yet to read the files.
      if (round > 0) seen[who]?.push(ms);
      await context.close();
    }
  const values = Object.fromEntries(Object.entries(seen).map(([who, some]) => [who, median(some)]));
  yield { what: 'first paint: p50', unit: 'ms', values };
}

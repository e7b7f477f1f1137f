import { join } from 'node:path';
import { deploy, invoke } from '../../test/e2e/service.ts';
import { startDashboard } from '../../test/dashboard/harness.ts';
import { root } from '../tidy/source.ts';

// Makes the picture of the dashboard that is in the README: a service of this checkout at work, as Chromium shows it.

const code = (ms: number): string =>
  `exports.handler = async () => await new Promise((done) => setTimeout(done, ${ms}, 'done'))`;
const functions = { resize: 120, thumbnail: 60, checkout: 20, search: 8, report: 900 };

await using dashboard = await startDashboard('--warm', 'nodejs24.x-256=3..4x4');
const { service } = dashboard;
for (const [name, ms] of Object.entries(functions)) await deploy(service, name, code(ms));
const until = performance.now() + 25_000;
const callers = Object.keys(functions).flatMap((name) => [name, name, name]);
const called = Promise.all(
  callers.map(async (name) => {
    while (performance.now() < until) await invoke(service, name);
  }),
);
await using tab = await dashboard.open('overview', { width: 1_280 });
await tab.page.setViewportSize({ width: 1_280, height: 980 });
// Late enough for the chart to have something to show.
await tab.page.getByText(/^[\d,]+ calls since/).waitFor();
await tab.page.waitForTimeout(Math.max(0, until - performance.now() - 3_000));
await tab.page.screenshot({ path: join(root, 'docs/pictures/dashboard.png') });
await called;

import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser, openTab, skip } from '../../../test/dashboard/harness.ts';
import type { Row } from '../../row.ts';
import { deploy } from '../../service/functions.ts';
import { startService, type BenchService } from '../../service/service.ts';
import { credentialsIn, sign } from '../../service/sign.ts';
import { linesOf, measureInTurns, type Target, type WarmPlan } from '../starts/warm.ts';
import { instanceFrames, threadFrames } from './frames.ts';
import { firstPaints } from './page.ts';

/** What the overview watches. */
const topics = 'activity,instances,service,starts,warming';

/** Watches the service's state as the overview does, from a page on another machine. */
async function watching({ port, home }: BenchService): Promise<AsyncDisposable> {
  const url = new URL(`http://127.0.0.1:${port}/heddle/v1/stream?topics=${topics}`);
  const { headers } = await sign(await credentialsIn(join(home, 'credentials')), url, 'GET', '');
  const leaving = new AbortController();
  const { host: _host, ...sent } = headers;
  const answer = await fetch(url, { headers: sent, signal: leaving.signal });
  if (!answer.ok || answer.body === null) throw new Error(`The stream of state answered ${answer.status}.`);
  const reading = (async () => {
    for await (const _part of answer.body ?? []) if (leaving.signal.aborted) return;
  })().catch((error: unknown) => {
    if (!leaving.signal.aborted) throw error;
  });
  return {
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await reading;
    },
  };
}

/** What looking costs: warm throughput while somebody does and while nobody does, by turns; and how quick the page is. */
export const dashboardRow: Row = {
  name: 'dashboard',
  about:
    '16 connections, warm, with the dashboard open and not; its first paint, and its frames with 1,000 instances and 10,000 threads',
  drivers: ['host'],
  run: async function* ({ builds, driver, full, note }) {
    const plan: WarmPlan = full
      ? { connections: 16, warmUpAnswers: 20_000, warmUpMs: 10_000, roundMs: 3_000, rounds: 12 }
      : { connections: 16, warmUpAnswers: 10_000, warmUpMs: 4_000, roundMs: 1_200, rounds: 9 };
    const [build] = builds;
    if (build === undefined) return;
    await using stack = new AsyncDisposableStack();
    const service = stack.use(await startService({ build, driver }));
    await deploy(service, 'echo');
    const { port, pid, home } = service;
    const server = { port, pid, home, request: await service.invocation('echo') };
    const targets: Target[] = [
      { who: 'nobody looks', ...server },
      { who: 'state watched', ...server, beside: () => watching(service) },
    ];
    if (skip !== false) {
      note(skip);
      yield* linesOf(await measureInTurns(targets, plan), '16 connections');
      return;
    }
    const browser: Browser = await launchBrowser();
    stack.defer(() => browser.close());
    const own = { browser, url: `http://127.0.0.1:${port}`, key: await credentialsIn(join(home, 'credentials')) };
    note('page open: a Chromium without a graphics card draws on the same processors');
    targets.push({ who: 'page open', ...server, beside: () => openTab(own, 'overview', {}) });
    yield* linesOf(await measureInTurns(targets, plan), '16 connections');
    yield* firstPaints(own, full ? 31 : 11);
    const watchedMs = full ? 20_000 : 6_000;
    yield* instanceFrames(browser, watchedMs);
    yield* threadFrames(browser, watchedMs);
  },
};

import { rm } from 'node:fs/promises';
import type { Build } from '../../builds/build.ts';
import type { Row } from '../../row.ts';
import { deploy } from '../../service/functions.ts';
import { invoke } from '../../service/invoke.ts';
import { newHome, startService } from '../../service/service.ts';
import { median } from '../../statistics.ts';
import { nodeStartMs } from '../../yardstick.ts';
import { ofEach, valuesOf } from '../each-build.ts';

interface Start {
  readonly readyMs: number;
  readonly answerMs: number;
}

/** Starts of a service that knows a function, with default settings and everything built that it builds once. */
async function starts(build: Build, driver: string, count: number): Promise<Start> {
  const home = await newHome();
  const ready: number[] = [];
  const answer: number[] = [];
  try {
    for (let n = 0; n <= count; n += 1) {
      const from = performance.now();
      await using service = await startService({ build, driver, home });
      const readyMs = performance.now() - from;
      // The first one makes the home and the function.
      if (n === 0) {
        await deploy(service, 'echo');
        continue;
      }
      await invoke(service, 'echo');
      ready.push(readyMs);
      answer.push(performance.now() - from);
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  return { readyMs: median(ready), answerMs: median(answer) };
}

/** The service's own start. */
export const startRow: Row = {
  name: 'start',
  about: 'from "heddle up" to ready, and to the first answer of a known function',
  run: async function* ({ builds, driver, full }) {
    const seen = await ofEach(builds, (build) => starts(build, driver, full ? 10 : 3));
    const values = { ...valuesOf(seen, ({ readyMs }) => readyMs), 'bare Node': nodeStartMs() };
    yield { what: 'from nothing to ready', unit: 'ms', values };
    yield { what: 'from nothing to the first answer', unit: 'ms', values: valuesOf(seen, (one) => one.answerMs) };
  },
};

import { Worker } from 'node:worker_threads';
import { type Report, reportVersion, unknownFacts } from '../../effects/model/effect.ts';
import { effectLimits } from '../../effects/model/limits.ts';
import { readReport } from '../../effects/model/read-report.ts';
import { turns } from '../../model/turns.ts';
import type { AnalysisData } from './thread/messages.ts';

/** A report that says only why there is no other. */
export function nothingKnown(handler: string, words: string): Report {
  return {
    version: reportVersion,
    handler,
    effects: [{ what: 'unknown', words, ...unknownFacts, at: { file: '', line: 0 }, via: [] }],
    declared: {},
  };
}

/**
 * Looks at functions' code in a thread, one at a time. Code is anybody's: what takes too long, or too much memory, or makes the analysis fail, is a
 * function of which nothing is known. Never rejects.
 */
export class AnalysisThread implements AsyncDisposable {
  readonly #oneAtATime = turns();
  #running: Worker | undefined;
  #isOver = false;

  async analyse(data: AnalysisData): Promise<Report> {
    return await this.#oneAtATime(async () => await this.#run(data));
  }

  async #run(data: AnalysisData): Promise<Report> {
    if (this.#isOver) return nothingKnown(data.handler, 'was not looked at, since the service stops');
    const entry = import.meta.url.endsWith('.ts') ? 'main.ts' : 'main.js';
    const worker = new Worker(new URL(`./thread/${entry}`, import.meta.url), {
      workerData: data,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: effectLimits.heapMb },
    });
    this.#running = worker;
    const { promise, resolve } = Promise.withResolvers<Report>();
    const fail = (words: string): void => resolve(nothingKnown(data.handler, words));
    const timer = setTimeout(
      () => fail(`is too large to be looked at: it takes more than ${effectLimits.analysisMsMax / 1_000} seconds`),
      effectLimits.analysisMsMax,
    );
    worker.once('message', (report: unknown) => {
      try {
        resolve(readReport(report));
      } catch (error) {
        fail(`could not be looked at: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
    worker.once('error', (error: NodeJS.ErrnoException) =>
      fail(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? 'is too large to be looked at: it takes too much memory'
          : `could not be looked at: ${error.message.slice(0, 120).replaceAll(/\p{Cc}/gu, ' ')}`,
      ),
    );
    worker.once('exit', () => fail('could not be looked at: the thread that did ended'));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#running = undefined;
      await worker.terminate();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#running?.terminate();
  }
}

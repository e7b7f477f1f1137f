import { buffer } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { fromBufferPromise } from 'yauzl';
import type { Report } from '../../effects/model/effect.ts';
import { effectLimits } from '../../effects/model/limits.ts';
import { CliError, exitCodes } from '../exit.ts';
import type { CodePackage } from '../packaging/package-code.ts';
import type { AnalysisAnswer, AnalysisRequest } from '../../effects/analyse-files.ts';

/** Files that the analysis may look at. */
const isLookedAt = (path: string): boolean => /\.([cm]?js|json|map)$/.test(path);

async function filesOf({ zip, files }: CodePackage): Promise<AnalysisRequest['files']> {
  if (files !== undefined)
    return files.filter(({ path }) => isLookedAt(path)).map(({ path, data }) => ({ path, data }));
  const found: AnalysisRequest['files'][number][] = [];
  const archive = await fromBufferPromise(Buffer.from(zip), { lazyEntries: true });
  for await (const entry of archive.eachEntry()) {
    if (!isLookedAt(entry.fileName) || entry.uncompressedSize > effectLimits.fileBytesMax * 8) continue;
    found.push({ path: entry.fileName, data: await buffer(await archive.openReadStreamPromise(entry)) });
  }
  return found;
}

/** Code of more is looked at in a thread: it takes longer than the thread takes to start. Bytes. */
const ownThreadBytesMin = 4_194_304;

/**
 * Looks at code that is about to be deployed. What is needed for it is loaded when this is made, while the code is packed by another process; a lot
 * of code is looked at in a thread, while it is sent.
 */
export class Analysis implements Disposable {
  readonly #loaded: Promise<typeof import('../../effects/analyse-files.ts')> = import('../../effects/analyse-files.ts');
  #worker: Worker | undefined;

  /**
   * What it does; undefined where that cannot be told here, as of a zip file that the service will have something to say about. Throws CliError for
   * a `heddle.effects.json` that cannot be meant.
   */
  async of(code: CodePackage): Promise<Report | undefined> {
    let files: AnalysisRequest['files'];
    try {
      files = await filesOf(code);
    } catch {
      return undefined;
    }
    const request = { files, handler: code.handler };
    const bytes = files.reduce((sum, { path, data }) => (path.endsWith('.map') ? sum : sum + data.byteLength), 0);
    const answer =
      bytes < ownThreadBytesMin ? (await this.#loaded).analyseFiles(request) : await this.#inThread(request);
    if ('mistake' in answer) throw new CliError(answer.mistake, exitCodes.usage);
    return answer.report;
  }

  async #inThread(request: AnalysisRequest): Promise<AnalysisAnswer> {
    const entry = import.meta.url.endsWith('.ts') ? 'main.ts' : 'main.js';
    const worker = new Worker(new URL(`./thread/${entry}`, import.meta.url), {
      workerData: request,
      resourceLimits: { maxOldGenerationSizeMb: effectLimits.heapMb },
    });
    this.#worker = worker;
    const { promise, resolve, reject } = Promise.withResolvers<AnalysisAnswer>();
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The thread that looks at code has ended.')));
    return await promise;
  }

  [Symbol.dispose](): void {
    void this.#worker?.terminate();
  }
}

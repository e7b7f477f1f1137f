import type { Logger } from 'pino';
import type { FunctionRecord } from '../../../model/function-record.ts';
import type { FunctionVersion } from '../../../model/function.ts';
import type { FunctionStore } from '../../../store/contract.ts';
import type { WorkerManager } from '../../../worker-manager/contract.ts';
import { retriedRecord, settledRecord } from './record-changes.ts';

/** What a {@link Preparation} works with. */
export interface PreparationOptions {
  readonly functions: FunctionStore;
  readonly workerManager: WorkerManager;
  /** Whether the first invocation of this version would start at once, as far as is known. */
  readonly isReady: (version: FunctionVersion) => boolean;
  /** Told of every version that may be called from now on. */
  readonly deployed: (version: FunctionVersion) => void;
  /** Sees to it that one of these would start at once. Resolves when it is so, or after some seconds; rejects if it will never be. */
  readonly prepare: (version: FunctionVersion) => Promise<void>;
  /** Fires when `prepare` is given up because the service stops. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
}

/**
 * Sees to it that what functions need to run is there, and moves their states along when it is.
 *
 * This room is what the Lambda API does with functions: an operation a file, which `operations.ts` lists and the routes call. Those that
 * make or change a function keep a record whose state `record-changes.ts` (pure) decides, and then call `begin` here; `resume` is called once, at the
 * start of the service. `apply-update.ts` is what both updates have in common.
 */
export class Preparation {
  readonly #options: PreparationOptions;

  constructor(options: PreparationOptions) {
    this.#options = options;
  }

  /** Whether a version can run at once, so that its function need not wait as `Pending` or `InProgress`. */
  isPrepared(version: FunctionVersion): boolean {
    return this.#options.isReady(version);
  }

  /**
   * A function has a newest version. Where it waits for it, that is prepared in the background, and the function settled if it still is
   * the newest.
   */
  begin({ latest, state, update }: FunctionRecord): void {
    this.#options.deployed(latest);
    if (state.status !== 'Pending' && update.status !== 'InProgress') return;
    void this.#prepareAndSettle(latest).catch((error: unknown) => {
      this.#options.logger.error({ err: error, function: latest.arn }, 'The state of a function could not be kept.');
    });
  }

  /**
   * After a start: what functions need may have to be made anew, some were waiting for it when the service ended, and
   * what failed then may succeed now.
   */
  async resume(): Promise<void> {
    const { functions } = this.#options;
    for (const record of await functions.all()) {
      const { account, name } = record.latest;
      const retried = retriedRecord(record);
      if (retried !== record) await functions.update(account, name, retriedRecord);
      this.begin(retried);
    }
  }

  async #prepareAndSettle(version: FunctionVersion): Promise<void> {
    const { functions, workerManager, logger, stopping } = this.#options;
    const failure = await this.#options.prepare(version).then(
      () => undefined,
      (error: unknown) => {
        if (stopping.aborted) return undefined;
        logger.error({ err: error, function: version.arn }, 'What a function needs to run could not be prepared.');
        return `Its instances could not be prepared: ${error instanceof Error ? error.message : String(error)}`;
      },
    );
    // Neither success nor failure then, and the store may be closed: the next start goes on with it.
    if (stopping.aborted) return;
    const record = await functions.get(version.account, version.name);
    if (record?.latest.revisionId !== version.revisionId) return;
    if (record.state.status !== 'Pending' && record.update.status !== 'InProgress') return;
    await functions.update(version.account, version.name, (current) =>
      current.latest.revisionId === version.revisionId ? settledRecord(current, failure) : current,
    );
    if (failure === undefined) workerManager.retire(version.account, version.name, version.revisionId);
  }
}

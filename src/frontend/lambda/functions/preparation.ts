import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { ClusterUnavailableError } from '../../../cluster/contract.ts';
import type { FunctionRecord, FunctionState } from '../../../model/functions/function-record.ts';
import { latestVersion, type FunctionVersion } from '../../../model/functions/function.ts';
import type { Store } from '../../../store/contract.ts';
import type { WorkerManager } from '../../../worker-manager/contract.ts';
import { retriedRecord, settledRecord } from './record-changes.ts';

/** What a {@link Preparation} works with. */
export interface PreparationOptions {
  readonly store: Pick<Store, 'functions' | 'versions'>;
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

  /**
   * Where a version can run at once, so that its function need not wait as `Pending` or `InProgress`: another revision than what the change is
   * answered with, which tells of that wait all the same.
   */
  preparedAs(version: FunctionVersion): string | undefined {
    return this.#options.isReady(version) ? randomUUID() : undefined;
  }

  /**
   * A function has a newest version, or one that was just published. Where it waits for it, that is prepared in the background, and the
   * function settled if it still is the newest; a published version always is.
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
    const { functions, versions } = this.#options.store;
    for (const version of await versions.all()) {
      const { state } = retriedRecord(version);
      const { account, name } = version.latest;
      if (state !== version.state)
        await unlessAway(versions.amend(account, name, version.number, (current) => ({ ...current, state })));
      this.begin({ ...version, state });
    }
    for (const record of await functions.all()) {
      const { account, name } = record.latest;
      const retried = retriedRecord(record);
      if (retried !== record) await unlessAway(functions.update(account, name, retriedRecord));
      this.begin(retried);
    }
  }

  async #prepareAndSettle(version: FunctionVersion): Promise<void> {
    const { logger, stopping } = this.#options;
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
    if (version.version === latestVersion) await this.#settleLatest(version, failure);
    else await this.#settlePublished(version, failure);
  }

  async #settlePublished({ account, name, version }: FunctionVersion, failure: string | undefined): Promise<void> {
    const state: FunctionState = failure === undefined ? { status: 'Active' } : { status: 'Failed', reason: failure };
    await this.#options.store.versions.amend(account, name, Number(version), (current) => ({ ...current, state }));
  }

  async #settleLatest(version: FunctionVersion, failure: string | undefined): Promise<void> {
    const { store, workerManager } = this.#options;
    const { functions } = store;
    const record = await functions.get(version.account, version.name);
    if (record?.latest.revisionId !== version.revisionId) return;
    if (record.state.status !== 'Pending' && record.update.status !== 'InProgress') return;
    await functions.update(version.account, version.name, (current) =>
      current.latest.revisionId === version.revisionId ? settledRecord(current, failure, randomUUID()) : current,
    );
    if (failure === undefined) workerManager.retire(version.account, version.name, version.revisionId);
  }
}

/** A host that starts while its cluster is away has what runs made ready, and leaves to others what is said of it. */
async function unlessAway(write: Promise<unknown>): Promise<void> {
  await write.catch((error: unknown) => {
    if (!(error instanceof ClusterUnavailableError)) throw error;
  });
}

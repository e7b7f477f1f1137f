import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import type { MappingRecord } from '../../store/durable/contracts/sources.ts';
import type { CallFunction, MappingCounts } from './batch-runner.ts';
import { pauseFor } from './pause.ts';

/** In AWS's words. */
export const functionGone = 'PROBLEM: Function not found';

/** While a function is not there it is looked for so often, ms. */
const lookEveryMs = 5_000;

export interface FunctionWatchOptions {
  /** Whether the function, version or alias of a mapping is there. */
  readonly isThere: (mapping: MappingRecord) => Promise<boolean>;
  readonly call: CallFunction;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Reading {
  readonly mapping: MappingRecord;
  readonly gone: AbortController;
}

/**
 * Has mappings read only while their functions are there: what is received for one that is not would count as received, and be set aside, or given up,
 * by the rules for what a function cannot do.
 */
export class FunctionWatch {
  readonly #o: FunctionWatchOptions;
  readonly #readings: Map<string, Reading> = new Map();

  constructor(options: FunctionWatchOptions) {
    this.#o = options;
  }

  /**
   * Waits for the function of a mapping, and reads by `read` until it returns; its signal fires with `signal`, or when the function is gone. What is
   * with the function then is as where the service stops: it stays what it was. Throws what `read` throws.
   */
  async whileThere(
    mapping: MappingRecord,
    counts: MappingCounts,
    signal: AbortSignal,
    read: (call: CallFunction, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    await this.#appears(mapping, counts, signal);
    if (signal.aborted) return;
    const reading = { mapping, gone: new AbortController() };
    this.#readings.set(mapping.uuid, reading);
    const call: CallFunction = async (...what) => {
      const outcome = await this.#o.call(...what);
      if (outcome.kind !== 'failed' || (await this.#mayBeThere(mapping))) return outcome;
      reading.gone.abort();
      return { kind: 'stopping' };
    };
    try {
      await read(call, AbortSignal.any([signal, reading.gone.signal]));
    } finally {
      if (this.#readings.get(mapping.uuid) === reading) this.#readings.delete(mapping.uuid);
    }
  }

  /** A function, or a version of it, was removed: nothing more is received for it. */
  removed(account: string, functionName: string): void {
    for (const { mapping, gone } of this.#readings.values()) {
      if (mapping.account !== account || mapping.functionName !== functionName) continue;
      void this.#mayBeThere(mapping).then((there) => {
        if (!there) gone.abort();
      });
    }
  }

  /** Never rejects: where nobody can say, it is as it was. */
  async #mayBeThere(mapping: MappingRecord): Promise<boolean> {
    try {
      return await this.#o.isThere(mapping);
    } catch (err) {
      this.#o.logger.warn(
        { err, mapping: mapping.uuid },
        'The function of an event source mapping could not be looked up.',
      );
      return true;
    }
  }

  async #appears(mapping: MappingRecord, counts: MappingCounts, signal: AbortSignal): Promise<void> {
    const { isThere, clock, logger } = this.#o;
    while (!signal.aborted && !(await isThere(mapping))) {
      if (counts.last !== functionGone)
        logger.warn(
          { mapping: mapping.uuid, source: mapping.sourceArn, function: mapping.functionName },
          'The function of an event source mapping is not there: nothing is received until it is.',
        );
      counts.last = functionGone;
      await pauseFor(clock, lookEveryMs, signal);
    }
    if (counts.last === functionGone && !signal.aborted) counts.last = 'No records processed';
  }
}

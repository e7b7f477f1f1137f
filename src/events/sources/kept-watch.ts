import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { limits } from '../../model/limits.ts';
import type { MappingRecord } from '../../store/durable/contracts/sources.ts';
import { pauseFor } from './pause.ts';

/** What a source keeps for a mapping and would not without it. */
export interface KeptThere {
  readonly bytes: number;
  /** What it is, for people: `write-ahead log for the replication slot …`. */
  readonly what: string;
  /** It is in danger, or lost; for people. */
  readonly problem?: string;
}

/** What is known of a mapping. */
export interface KeptState {
  readonly bytes?: number;
  /** For people. */
  readonly problem?: string;
}

export interface KeptWatchOptions {
  /** Undefined of a mapping for which its source keeps nothing. Throws where it cannot be looked at. */
  readonly look: (mapping: MappingRecord) => Promise<KeptThere | undefined>;
  readonly clock: Pick<Clock, 'timer'>;
  readonly logger: Logger;
}

const everyMs = 60_000;

/**
 * Looks each minute at what sources keep for mappings, disabled ones above all: nobody takes it from there, and it grows until their disk is full. Nothing is
 * looked at where no mapping is watched.
 */
export class KeptWatch {
  readonly #o: KeptWatchOptions;
  readonly #mappings: Map<string, MappingRecord> = new Map();
  readonly #states: Map<string, KeptState> = new Map();
  readonly #stopped = new AbortController();
  #running = false;

  constructor(options: KeptWatchOptions) {
    this.#o = options;
  }

  /** It is looked at now, and from now on. */
  add(mapping: MappingRecord): void {
    this.#mappings.set(mapping.uuid, mapping);
    void this.#look(mapping);
    if (!this.#running) void this.#run();
  }

  remove(uuid: string): void {
    this.#mappings.delete(uuid);
    this.#states.delete(uuid);
  }

  of(uuid: string): KeptState {
    return this.#states.get(uuid) ?? {};
  }

  /** Of all for which something is kept. */
  all(): readonly { readonly mapping: MappingRecord; readonly bytes: number }[] {
    return [...this.#mappings.values()].flatMap((mapping) => {
      const { bytes } = this.of(mapping.uuid);
      return bytes === undefined ? [] : [{ mapping, bytes }];
    });
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    this.#running = true;
    while (this.#mappings.size > 0 && !signal.aborted) {
      await pauseFor(this.#o.clock, everyMs, signal);
      for (const mapping of this.#mappings.values()) if (!signal.aborted) await this.#look(mapping);
    }
    this.#running = false;
  }

  /** Never rejects. */
  async #look(mapping: MappingRecord): Promise<void> {
    const { uuid, sourceArn } = mapping;
    const before = this.of(uuid);
    const now = await this.#o.look(mapping).then(
      (there) => (there === undefined ? {} : stateOf(there, mapping.enabled)),
      (err: unknown): KeptState => {
        const problem = `What ${sourceArn} keeps could not be looked at: ${err instanceof Error ? err.message : String(err)}`;
        return { ...before, problem };
      },
    );
    // It was changed or removed meanwhile.
    if (this.#mappings.get(uuid) !== mapping || this.#stopped.signal.aborted) return;
    this.#states.set(uuid, now);
    // Said once, and not each minute with other figures.
    if (now.problem === undefined || (before.problem !== undefined && !doubled(before, now))) return;
    this.#o.logger.warn({ mapping: uuid, source: sourceArn, enabled: mapping.enabled, bytes: now.bytes }, now.problem);
  }
}

function stateOf({ bytes, what, problem }: KeptThere, enabled: boolean): KeptState {
  if (problem !== undefined) return { bytes, problem };
  if (bytes < limits.sourceKeptBytesWarned) return { bytes };
  const gib = (bytes / 1_073_741_824).toFixed(1);
  const why = enabled ? 'its mapping is behind' : 'its mapping is disabled: enable it, or remove it';
  return { bytes, problem: `The source keeps ${gib} GiB of ${what}, as ${why}.` };
}

/** From one power of two to another. */
function doubled({ bytes: before = 0 }: KeptState, { bytes: now = 0 }: KeptState): boolean {
  return Math.floor(Math.log2(now + 1)) > Math.floor(Math.log2(before + 1));
}

import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import type { DurableStore } from '../../store/durable/contracts/durable-store.ts';
import type { MappingRecord } from '../../store/durable/contracts/sources.ts';
import { BatchRunner, noCounts, type CallFunction, type MappingCounts } from './batch-runner.ts';
import { KeptWatch, type KeptState, type KeptThere } from './kept-watch.ts';
import { budgetSize } from './budget/budget-size.ts';
import { SourceBudget, type BudgetSize } from './budget/source-budget.ts';
import { readGroup } from './group-reader.ts';
import { FunctionWatch } from './function-watch.ts';
import { pauseFor } from './pause.ts';
import { pollQueue } from './queue-poller.ts';
import type { SourceRecord } from './source.ts';
import type { SourceKind, ToldOfRecords } from './source-kind.ts';
import { readStream, type GiveUp } from './stream-reader.ts';
import type { GivenUpWhy } from './segments.ts';

/** What sources work with. */
export interface EventSourceOptions {
  readonly store: DurableStore;
  readonly kinds: readonly SourceKind[];
  readonly call: CallFunction;
  /** Whether the function of a mapping is there. */
  readonly isThere: (mapping: MappingRecord) => Promise<boolean>;
  /** Why there is no kind for an ARN, for people. */
  readonly whyNot: (arn: string, account: string) => string;
  /** Told of what is given up of a source that has an order. */
  readonly giveUp: (
    mapping: MappingRecord,
    items: readonly SourceRecord[],
    why: GivenUpWhy,
    failures: number,
    told: ToldOfRecords,
  ) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What all sources may have together; by this machine where it is not said. */
  readonly size?: BudgetSize;
}

/** What was counted of many mappings. */
export interface SourceTotals extends Omit<MappingCounts, 'last'> {
  /** That are enabled. */
  readonly mappings: number;
}

function added(to: SourceTotals, more: MappingCounts): SourceTotals {
  return {
    mappings: to.mappings,
    received: to.received + more.received,
    filtered: to.filtered + more.filtered,
    done: to.done + more.done,
    failed: to.failed + more.failed,
    givenUp: to.givenUp + more.givenUp,
    running: to.running + more.running,
  };
}

interface Running {
  readonly mapping: MappingRecord;
  readonly over: AbortController;
  readonly ended: Promise<void>;
}

const troubleMs = 1_000;
const troubleMsMax = 60_000;

/** Takes records of sources to functions, for each mapping that is enabled. */
export class EventSources {
  readonly #options: EventSourceOptions;
  readonly #running: Map<string, Running> = new Map();
  readonly #counts: Map<string, MappingCounts> = new Map();
  /** As they were changed last. */
  readonly #wanted: Map<string, MappingRecord> = new Map();
  /** Of mappings that are gone. */
  #past: SourceTotals = { ...noCounts(), mappings: 0 };
  readonly #budget: SourceBudget;
  #stopped = false;
  readonly #functions: FunctionWatch;

  readonly #kept: KeptWatch;

  constructor(options: EventSourceOptions) {
    this.#options = options;
    const { clock, logger } = options;
    const look = async (mapping: MappingRecord): Promise<KeptThere | undefined> =>
      await this.kindOf(mapping.sourceArn, mapping.account)?.kept?.(mapping);
    this.#kept = new KeptWatch({ look, clock, logger });
    this.#budget = new SourceBudget(options.size ?? budgetSize());
    this.#functions = new FunctionWatch(options);
  }

  /** Functions that get records of a source, as far as they are read now. */
  readersOf(sourceArn: string): readonly Pick<MappingRecord, 'account' | 'functionName' | 'qualifier'>[] {
    return [...this.#running.values()].flatMap(({ mapping }) => (mapping.sourceArn === sourceArn ? [mapping] : []));
  }

  /** Goes on with the mappings that there are. */
  async begin(): Promise<void> {
    const { store } = this.#options;
    if (!store.used) return;
    for (const mapping of await store.parts.sources.enabled()) {
      this.#start(mapping);
      this.#watch(mapping);
    }
    for (const mapping of await store.parts.sources.disabled()) this.#watch(mapping);
  }

  kindOf(arn: string, account: string): SourceKind | undefined {
    return this.#options.kinds.find((kind) => kind.owns(arn, account));
  }

  /** The beginning of the ARN of what an account names by the addresses of its servers; undefined where nobody may read there. */
  atServers(servers: readonly string[], account: string): string | undefined {
    for (const kind of this.#options.kinds) {
      const found = kind.atServers?.(servers, account);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Why an account has no such source. */
  whyNot(arn: string, account: string): string {
    return this.#options.whyNot(arn, account);
  }

  /** What was counted of a mapping since the service started, and what its source keeps for it. */
  counts(uuid: string): MappingCounts & { readonly keptBytes?: number } {
    const counts = this.#counts.get(uuid) ?? noCounts();
    const { bytes, problem }: KeptState = this.#kept.of(uuid);
    return {
      ...counts,
      ...(bytes !== undefined && { keptBytes: bytes }),
      ...(problem !== undefined && { last: `PROBLEM: ${problem}` }),
    };
  }

  /** What sources keep for mappings, of those that keep anything. */
  kept(): ReturnType<KeptWatch['all']> {
    return this.#kept.all();
  }

  /** Of all mappings since the service started, those that are gone too. */
  totals(): SourceTotals {
    const sum = [...this.#counts.values()].reduce(added, this.#past);
    return { ...sum, mappings: this.#running.size };
  }

  /** What they have of the memory, and of the receivers, that all may have. */
  get held(): { readonly bytes: number; readonly receivers: number } {
    const { bytes, receivers } = this.#budget;
    return { bytes, receivers };
  }

  /** A mapping was made or changed: what goes by what it was before ends first. */
  changed(mapping: MappingRecord): void {
    this.#wanted.set(mapping.uuid, mapping);
    this.#watch(mapping);
    void this.#end(mapping.uuid).then(() => this.#startWanted(mapping));
  }

  /** A mapping is gone. What is with its function may end. */
  removed(mapping: MappingRecord): void {
    const { uuid, sourceArn, account } = mapping;
    this.#wanted.delete(uuid);
    this.#kept.remove(uuid);
    void this.#end(uuid).then(async () => {
      this.#past = added(this.#past, this.counts(uuid));
      this.#counts.delete(uuid);
      const kind = this.kindOf(sourceArn, account);
      await kind?.forget?.(mapping).catch((err: unknown) => {
        const about = { err, mapping: uuid, source: sourceArn };
        this.#options.logger.warn(about, 'What an event source mapping left at its source could not be removed.');
      });
    });
  }

  /** A function, or a version of it, was removed: nothing is received for it until it is there again. */
  functionRemoved(account: string, name: string): void {
    this.#functions.removed(account, name);
  }

  /** Nothing is taken any more; resolves when what is with functions has been seen to. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#kept.stop();
    await Promise.all([...this.#running.keys()].map((uuid) => this.#end(uuid)));
  }

  async #end(uuid: string): Promise<void> {
    const running = this.#running.get(uuid);
    if (running === undefined) return;
    running.over.abort();
    await running.ended;
    if (this.#running.get(uuid) === running) this.#running.delete(uuid);
  }

  #watch(mapping: MappingRecord): void {
    if (this.kindOf(mapping.sourceArn, mapping.account)?.kept !== undefined) this.#kept.add(mapping);
  }

  #startWanted(mapping: MappingRecord): void {
    if (mapping.enabled && this.#wanted.get(mapping.uuid) === mapping) this.#start(mapping);
  }

  #start(mapping: MappingRecord): void {
    if (this.#stopped || this.#running.has(mapping.uuid)) return;
    const over = new AbortController();
    this.#running.set(mapping.uuid, { mapping, over, ended: this.#run(mapping, over.signal) });
  }

  /** Opens the source again for as long as it cannot be, or was lost. Never rejects. */
  async #run(mapping: MappingRecord, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    const counts = this.#counts.get(mapping.uuid) ?? noCounts();
    this.#counts.set(mapping.uuid, counts);
    for (let troubles = 0; !signal.aborted; troubles++) {
      try {
        await this.#functions.whileThere(mapping, counts, signal, (...how) => this.#read(mapping, counts, ...how));
        troubles = 0;
      } catch (err) {
        if (signal.aborted) return;
        counts.last = `PROBLEM: ${err instanceof Error ? err.message.slice(0, 200) : String(err)}`;
        logger.warn(
          { err, mapping: mapping.uuid, source: mapping.sourceArn },
          'An event source could not be opened; it is tried again.',
        );
      }
      await pauseFor(clock, Math.min(troubleMsMax, troubleMs * 2 ** Math.min(troubles, 10)), signal);
    }
  }

  async #read(mapping: MappingRecord, counts: MappingCounts, call: CallFunction, signal: AbortSignal): Promise<void> {
    const { clock, logger, giveUp } = this.#options;
    const kind = this.kindOf(mapping.sourceArn, mapping.account);
    if (kind === undefined) throw new Error(`Nothing here can read ${mapping.sourceArn}.`);
    const runner = new BatchRunner(mapping, call, counts, kind.dataKey, (records) => kind.event(records, mapping));
    const holder = this.#budget.holder(mapping.account);
    const options = { mapping, runner, holder, clock, logger, signal };
    const source = await kind.open(mapping, signal, holder);
    try {
      if (source.kind === 'queue') return await pollQueue(source, options);
      const { order } = mapping;
      if (order === undefined) throw new Error('The mapping does not say how its source is read in order.');
      const tell: GiveUp = async (items, why, failures) => {
        const info = kind.givenUpInfo?.(items, mapping);
        const told = { event: runner.event(items), ...(info !== undefined && { info }) };
        await giveUp(mapping, items, why, failures, told);
      };
      if (source.kind === 'group') await readGroup(source, options, order, tell);
      else await readStream(source, options, order, tell);
    } finally {
      await source.close();
    }
  }
}

import type { FunctionVersion } from '../../model/functions/function.ts';
import type { PreparationReason } from '../../model/preparations.ts';
import type { ActiveContainer } from '../active-pool/state.ts';
import type { InstanceKeeper } from '../life/instance-keeper.ts';
import type { Parts } from '../parts.ts';
import { initialise } from '../provisioned/initialise.ts';
import type { LoadParts } from '../running/load.ts';
import type { Named, PreparationBook } from './counts.ts';
import type { ExpectedCalls, PreparedFor } from './expected-calls.ts';
import type { Failures } from './failures.ts';

export interface PreparingOptions extends Parts {
  readonly keeper: InstanceKeeper;
  readonly loading: LoadParts;
  readonly book: PreparationBook;
  readonly failures: Failures;
  /** A container has come free, or will not. */
  readonly freed: () => void;
  /** What is prepared of a code is not what it was. */
  readonly changed: () => void;
}

/** Carries out what `preparer.ts` decides, one container at a time: has it load its code, or ends it. Both are counted. */
export class Preparing {
  readonly #o: PreparingOptions;
  readonly #given: WeakSet<ActiveContainer> = new WeakSet();
  #coming = 0;

  constructor(options: PreparingOptions) {
    this.#o = options;
  }

  /** Containers that are being prepared. */
  get coming(): number {
    return this.#coming;
  }

  /** Has a container that was taken for it load its code. Never rejects. */
  async begin(one: ExpectedCalls, container: ActiveContainer): Promise<void> {
    const { active, changed, clock, freed, keeper, loading, observer } = this.#o;
    const { function: fn } = one.code;
    const what = one.next(clock.now());
    one.coming.set(container, what);
    this.#coming += 1;
    let error: unknown;
    try {
      const log = (requestId: string, text: string): void => observer.printedLate?.(fn, requestId, text);
      container.logStream = await initialise(container.guest, fn, loading, log, {
        initialisation: 'on-demand',
        thread: one.thread,
      });
    } catch (caught) {
      error = caught;
    }
    one.coming.delete(container);
    this.#coming -= 1;
    const given = this.#given.has(container) || one.code.retired || container.instance.retiring;
    if (error !== undefined || given || container.state === 'retiring') {
      if (given) one.forgo(1);
      else this.#failed(one, what.reason, error);
      void keeper.drop(container);
    } else {
      container.initialised = true;
      this.#ready(one, container, what);
      active.rest(container, clock.now());
    }
    freed();
    changed();
  }

  /** Ends so many of those that nobody has used; those that are being prepared last, as the others have less left to do. */
  giveBack(one: ExpectedCalls, count: number): void {
    this.#end([...one.unused.keys(), ...one.coming.keys()].slice(0, count));
  }

  /** Ends so many of those that are being prepared, those first that have taken longest. */
  giveUp(one: ExpectedCalls, count: number): void {
    this.#end([...one.coming.keys()].slice(0, count));
  }

  #end(containers: readonly ActiveContainer[]): void {
    for (const container of containers) {
      if (container.state === 'retiring') continue;
      this.#given.add(container);
      void this.#o.keeper.drop(container);
    }
  }

  #ready(one: ExpectedCalls, container: ActiveContainer, what: PreparedFor): void {
    const { book, changed, clock, failures } = this.#o;
    const who = named(one.code.function, what.reason);
    failures.succeeded(one.code.function);
    book.add(who, 'prepared');
    one.unused.set(container, what);
    const gone = (how: 'used' | 'wasted'): void => {
      container.prepared = undefined;
      if (!one.unused.delete(container)) return;
      book.add(who, how);
      what.came?.(how);
    };
    container.prepared = { used: () => gone('used') };
    void container.guest.exited.then(() => {
      if (container.prepared === undefined) return;
      gone('wasted');
      // Who ended it needed its place, or it cannot live: no other is prepared for the same call.
      if (what.until > clock.now()) one.forgo(1);
      changed();
    });
  }

  /** Its code cannot be loaded: for the other calls it would not be, either. */
  #failed(one: ExpectedCalls, reason: PreparationReason, error: unknown): void {
    const { book, failures } = this.#o;
    failures.failed(one.code.function, error);
    book.refused(named(one.code.function, reason), 'failed', Math.max(1, one.wantedFor(reason)));
    one.forgo(Infinity);
  }
}

/** What is counted together. */
export function named({ account, name }: FunctionVersion, reason: PreparationReason): Named {
  return { account, functionName: name, reason };
}

import type { Clock, Timer } from '../../model/clock.ts';
import type { PartClient } from '../../store/durable/contracts/durable-store.ts';
import type { MoveTask, QueueOperations } from '../../store/durable/contracts/queues.ts';
import type { Ages } from '../clock/clock-keeper.ts';

/** One step removes or moves so many messages: a few milliseconds of the store's thread. */
const stepMax = 500;
const moveMax = 100;
/** Where a step fails, as on a full disk, the next is tried after so long. */
const againMs = 5_000;
/** A move that has a rate goes on so often. */
const paceMs = 100;
const movesMax = 10_000;

/** What chores are done with. */
export interface ChoreParts {
  readonly store: PartClient<QueueOperations>;
  readonly clock: Clock;
  readonly ages: Pick<Ages, 'jumps'>;
  /** Something could not be done, and is tried again. */
  readonly warn: (error: unknown, what: string) => void;
  /** Messages came into a queue. */
  readonly arrived: (queue: { readonly account: string; readonly name: string }, count: number) => void;
}

/** How many messages of a task move at a time, and how long it rests after that. */
export function paceOf(ratePerSecond: number | undefined): { readonly max: number; readonly restMs: number } {
  if (ratePerSecond === undefined) return { max: moveMax, restMs: 0 };
  const perStep = Math.max(1, Math.floor((ratePerSecond * paceMs) / 1_000));
  return { max: perStep, restMs: (perStep * 1_000) / ratePerSecond };
}

/** What goes on in the background: messages that nobody may get any more are removed, and tasks move theirs. One timer for the former. */
export class Chores {
  readonly #parts: ChoreParts;
  #next: { readonly at: number; readonly timer: Timer } | undefined;
  #tidying = false;
  #again = false;
  #stopped = false;
  readonly #moves = new Map<number, Timer | undefined>();

  constructor(parts: ChoreParts) {
    this.#parts = parts;
  }

  /** After a start: what was under way goes on. */
  async resume(): Promise<void> {
    this.tidy();
    const running = await this.#parts.store.moves({ max: movesMax }, 'process');
    for (const task of running) this.move(task);
  }

  /** Something is to be removed from then on at the latest, milliseconds since the Unix epoch. */
  tidyAt(at: number): void {
    if (this.#stopped || (this.#next !== undefined && this.#next.at <= at)) return;
    this.#next?.timer[Symbol.dispose]();
    const delayMs = Math.min(Math.max(0, at - this.#parts.clock.wall()), 2_147_483_647);
    this.#next = { at, timer: this.#parts.clock.timer(delayMs, () => this.tidy()) };
  }

  tidy(): void {
    this.#next?.timer[Symbol.dispose]();
    this.#next = undefined;
    this.#again = true;
    if (this.#tidying || this.#stopped) return;
    this.#tidying = true;
    void this.#tidyAll().finally(() => (this.#tidying = false));
  }

  move({ id, ratePerSecond }: Pick<MoveTask, 'id' | 'ratePerSecond'>): void {
    if (this.#stopped || this.#moves.has(id)) return;
    this.#moves.set(id, undefined);
    void this.#moveAll(id, paceOf(ratePerSecond)).finally(() => this.#moves.delete(id));
  }

  stop(): void {
    this.#stopped = true;
    this.#next?.timer[Symbol.dispose]();
    for (const timer of this.#moves.values()) timer?.[Symbol.dispose]();
  }

  async #tidyAll(): Promise<void> {
    const { store, clock, ages, warn } = this.#parts;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        const { more, nextAt } = await store.tidy({ now: clock.wall(), max: stepMax, jumps: ages.jumps }, 'process');
        this.#again ||= more;
        if (!more && nextAt !== undefined) this.tidyAt(nextAt);
      } catch (error) {
        if (this.#stopped) return;
        warn(error, 'Old messages of queues could not be removed.');
        this.tidyAt(clock.wall() + againMs);
      }
    }
  }

  async #moveAll(id: number, { max, restMs }: ReturnType<typeof paceOf>): Promise<void> {
    const { store, clock, warn, arrived } = this.#parts;
    while (!this.#stopped) {
      let pauseMs = restMs;
      try {
        const task = await store.moveStep({ id, max, now: clock.wall() }, 'process');
        for (const name of task?.into ?? []) arrived({ account: task?.account ?? '', name }, max);
        if (task?.status !== 'RUNNING') return;
      } catch (error) {
        if (this.#stopped) return;
        warn(error, 'Messages of a dead-letter queue could not be moved.');
        pauseMs = againMs;
      }
      if (pauseMs > 0) await new Promise<void>((resolve) => this.#moves.set(id, clock.timer(pauseMs, resolve)));
    }
  }
}

import type { Timer } from '../../model/clock.ts';
import { limits } from '../../model/limits.ts';
import type { EventName, KeptEvent, LineName, NewEvent } from '../../store/durable/contracts/events.ts';
import { Ages } from './ages.ts';
import { Line, never } from './lines/line.ts';
import { Loaded } from './lines/loaded.ts';
import { Rotation } from './lines/rotation.ts';
import { brokenMs, writeDown, type Became, type WriteOptions } from './lines/write-down.ts';

/** What came of working on an event. */
export type Worked =
  | Became
  /** It did not begin: there is no capacity for its line. */
  | { readonly kind: 'turned-away' }
  /** It is left as it is, for the next service of this home. */
  | { readonly kind: 'left' };

export interface DispatcherOptions extends WriteOptions {
  /** Never rejects. */
  readonly work: (event: KeptEvent) => Promise<Worked>;
  /** How old an event may become, ms. Never rejects. */
  readonly ageMsMax: (event: KeptEvent) => Promise<number>;
  /** One is too old, and did not run: what follows. Never rejects. */
  readonly expire: (event: KeptEvent) => Promise<Worked>;
}

/** Timers go no further: the clock may be put forward meanwhile, and what is due by it then must not wait for hours. */
const timerMsMax = 60_000;

/**
 * Takes what is due from the store, in windows, and has it worked on: so much at a time (`lines/slots.ts`), accounts and their lines in turns
 * (`lines/rotation.ts`). What a line does is in `lines/line.ts`. One timer, for what is due next; nothing is looked for that was not announced.
 */
export class Dispatcher {
  readonly #o: DispatcherOptions;
  readonly #lines = new Map<string, Line>();
  readonly #rotation = new Rotation(limits.eventsRunningMax);
  /** Lines that have something to do later. */
  readonly #sleeping = new Set<Line>();
  #timer: Timer | undefined;
  #timerMs = never;
  readonly #loaded = new Loaded();
  #stopped = false;
  readonly #writes = new Set<Promise<void>>();
  /** Those that run, until what became of them is written down. */
  readonly #working = new Map<number, EventName>();
  /** Those that another process runs. */
  readonly #elsewhere = new Map<number, EventName>();
  readonly #ages: Ages;

  constructor(options: DispatcherOptions) {
    this.#o = options;
    this.#ages = new Ages({
      ...options,
      lines: () => this.#lines.values(),
      expire: (line, event) => this.#expire(line, event),
    });
  }

  /** Of a line: such as run, or are about to. */
  inFlight(name: LineName): number {
    return this.#lines.get(keyOf(name))?.running ?? 0;
  }

  /** The same of all lines that are meant. */
  inFlightOf(isMeant: (name: LineName) => boolean): number {
    return [...this.#lines.values()].reduce((sum, { name, running }) => (isMeant(name) ? sum + running : sum), 0);
  }

  /** Keeps an event by `keep`, which gives its id, or undefined where nothing was kept; and has it worked on in its turn. */
  async add(event: NewEvent, keep: () => Promise<number | undefined>): Promise<void> {
    const line = this.#line(event);
    const direct = this.#stopped ? false : line.takesDirectly(limits.eventWindow) && this.#loaded.hasRoomFor(event);
    if (direct) {
      line.incoming += 1;
      this.#loaded.add(event);
    }
    let id: number | undefined;
    try {
      id = await keep();
    } finally {
      if (direct) line.incoming -= 1;
      if (direct && (id === undefined || this.#stopped)) this.#loaded.remove(event);
      if (id === undefined) this.#settle(line);
    }
    if (id === undefined || this.#stopped) return;
    if (direct) {
      // What was read meanwhile may have it: both answers came at once, and that one was quicker.
      if (line.held.has(id)) return this.#loaded.remove(event);
      line.held.add(id);
      line.window.push({ ...event, id, runs: 0, errors: 0, faults: 0 });
      this.#settle(line);
      this.#pump();
      // The line may have been forgotten in the meantime, and another begun in its place.
    } else this.#look(this.#line(event), event.acceptedMs);
  }

  /** There may be something of these lines in the store. */
  look(names: readonly LineName[]): void {
    for (const name of names) this.#look(this.#line(name), this.#o.clock.wall());
  }

  /** The clock was put back: these, and all that are in memory, may have something due sooner than they knew. */
  planAnew(names: readonly LineName[]): void {
    for (const line of this.#lines.values()) line.planAnew(this.#o.clock.wall());
    this.#wake();
    this.look(names);
  }

  /** Forgets all of a line that has not begun; gives how many. */
  async purge(name: LineName): Promise<number> {
    const line = this.#line(name);
    for (const event of line.window.splice(0)) {
      line.held.delete(event.id);
      this.#loaded.remove(event);
    }
    this.#settle(line);
    let purged = 0;
    for (let last = 1; last > 0; purged += last)
      last = await this.#o.store.purge({ ...name, max: 500, held: [...line.held] });
    return purged;
  }

  /** Those that run, or of which it is not written down what became of them. */
  working(): readonly EventName[] {
    return [...this.#working.values()];
  }

  /** Another process runs it: it is not begun here until it is released. To be told before anything is looked for. */
  hold(event: EventName): void {
    this.#elsewhere.set(event.id, event);
    this.#line(event).held.add(event.id);
  }

  /** Nobody runs it any more: where it is still there, it may be begun. */
  release({ id }: Pick<EventName, 'id'>): void {
    const event = this.#elsewhere.get(id);
    if (event === undefined) return;
    this.#elsewhere.delete(id);
    const line = this.#line(event);
    line.held.delete(id);
    this.#look(line, this.#o.clock.wall());
  }

  /** Nothing more is begun. */
  stop(): void {
    this.#stopped = true;
    this.#ages.stop();
    this.#timer?.[Symbol.dispose]();
  }

  /** Resolves when all that ran is written down as far as it will be. */
  async settled(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes);
  }

  #look(line: Line, fromMs: number): void {
    line.moreMs = Math.min(line.moreMs, fromMs);
    this.#settle(line);
    this.#pump();
  }

  #pump(): void {
    while (!this.#stopped) {
      const line = this.#rotation.choose();
      if (line === undefined) return;
      const event = line.window.shift();
      if (event === undefined) void this.#take(line);
      else void this.#written(this.#work(line, event));
      this.#settle(line);
    }
  }

  /** Counts as running meanwhile, so that not all lines are read at once. */
  async #take(line: Line): Promise<void> {
    line.taking = true;
    line.moreMs = never;
    const nowMs = this.#o.clock.wall();
    try {
      const taken = await this.#o.store.take(
        { ...line.name, nowMs, ...this.#loaded.window, held: [...line.held] },
        'process',
      );
      for (const event of taken.events) {
        // It came into the window by itself in the meantime.
        if (line.held.has(event.id)) continue;
        line.held.add(event.id);
        line.window.push(event);
        this.#loaded.add(event);
      }
      line.moreMs = Math.min(line.moreMs, taken.nextDueMs ?? never);
    } catch (err) {
      if (!this.#stopped) this.#o.logger.error({ err, ...line.name }, 'Events could not be read.');
      line.moreMs = Math.min(line.moreMs, nowMs + brokenMs);
    }
    line.taking = false;
    this.#rotation.over(line);
    this.#settle(line);
    this.#pump();
  }

  async #work(line: Line, event: KeptEvent): Promise<void> {
    this.#working.set(event.id, nameOf(event));
    try {
      const became = await this.#worked(line, event);
      if (became !== undefined) await this.#conclude(line, event, became);
    } finally {
      this.#working.delete(event.id);
    }
  }

  /** Gives what became of it; undefined where it is left, or was turned away. */
  async #worked(line: Line, event: KeptEvent): Promise<Became | undefined> {
    const { store, clock, work } = this.#o;
    // Not waited for: it is written before the end is. Where it cannot be, nothing is lost but that it ran, should the process die.
    store.begin({ id: event.id, atMs: clock.wall() }, 'process').catch(() => undefined);
    const worked = await work(event);
    this.#rotation.over(line);
    if (worked.kind === 'left') return undefined;
    if (worked.kind === 'turned-away') {
      store.unbegin(event.id, 'process').catch(() => undefined);
      line.turnedAway(event, clock.wall());
    } else {
      line.ranThrough();
      this.#loaded.remove(event);
    }
    this.#settle(line);
    this.#pump();
    return worked.kind === 'turned-away' ? undefined : worked;
  }

  async #conclude(line: Line, event: KeptEvent, became: Became): Promise<void> {
    await writeDown(event, became, this.#o, () => this.#stopped);
    // Not before it is written: until then the store would give it once more.
    line.held.delete(event.id);
    if (became.kind === 'end') this.look(became.next);
    this.#look(line, became.kind === 'again' ? became.dueMs : never);
  }

  /** Ends one that waited for too long: no place is needed for that. */
  async #expire(line: Line, event: KeptEvent): Promise<boolean> {
    if (line.held.has(event.id)) this.#loaded.remove(event);
    line.held.add(event.id);
    this.#settle(line);
    const worked = await this.#o.expire(event);
    const isOver = worked.kind === 'end';
    if (isOver) await this.#written(this.#conclude(line, event, worked));
    else if (line.held.delete(event.id)) this.#look(line, this.#o.clock.wall() + brokenMs);
    return isOver;
  }

  /** What is under way when the service stops is waited for. */
  async #written(work: Promise<void>): Promise<void> {
    this.#writes.add(work);
    await work.finally(() => this.#writes.delete(work));
  }

  /** Puts a line where it belongs: among those whose turn comes, those that sleep, or nowhere. */
  #settle(line: Line): void {
    this.#ages.watch(line);
    const { wakeMs } = line;
    const nowMs = this.#o.clock.wall();
    this.#sleeping.delete(line);
    if (wakeMs <= nowMs) return this.#rotation.add(line);
    this.#rotation.remove(line);
    if (wakeMs === never) {
      if (line.isIdle) this.#lines.delete(keyOf(line.name));
      return;
    }
    this.#sleeping.add(line);
    if (wakeMs < this.#timerMs) this.#setTimer(wakeMs);
  }

  #setTimer(atMs: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timerMs = atMs;
    if (this.#stopped || atMs === never) return;
    const delayMs = Math.min(timerMsMax, Math.max(0, atMs - this.#o.clock.wall()));
    this.#timer = this.#o.clock.timer(delayMs, () => this.#wake());
  }

  #wake(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timerMs = never;
    for (const line of [...this.#sleeping]) this.#settle(line);
    this.#pump();
  }

  #line(name: LineName): Line {
    const key = keyOf(name);
    const line = this.#lines.get(key) ?? new Line({ account: name.account, line: name.line });
    this.#lines.set(key, line);
    return line;
  }
}

function nameOf({ account, line, id }: EventName): EventName {
  return { account, line, id };
}

function keyOf({ account, line }: LineName): string {
  return `${account}\0${line}`;
}

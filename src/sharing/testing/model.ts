import type { Call } from './calls.ts';

/** Ends a call of the model with these words. */
export type Finish = (call: Call, outcome: string) => void;

/** One object, as simple as can be: lists that are looked through from the beginning, no promises, no time. */
export interface Spec {
  /** Finishes the call at once, or keeps it. */
  readonly begin: (call: Call) => void;
  /** The call waits no longer; it is finished already. */
  readonly leave: (call: Call) => void;
  /** What the holder has is free; it waits for nothing any more. */
  readonly drop: (holder: string) => void;
  /** Nobody of the account is there. */
  readonly desert: () => void;
  /** Whether nothing of it should be left. */
  readonly empty: boolean;
}

interface Deadline {
  readonly at: number;
  readonly fire: () => void;
}

/** All objects of one account and the time, one thing after the other. */
export class Model {
  readonly outcomes: Map<Call, string> = new Map();
  /** Calls that were granted something, in the order of their grants. */
  readonly grants: Call[] = [];
  readonly #specs = new Map<string, Spec>();
  readonly #make: (finish: Finish, model: Model) => Spec;
  readonly #present = new Set<string>();
  #pending: Call[] = [];
  #deadlines: Deadline[] = [];
  #now = 0;

  constructor(make: (finish: Finish, model: Model) => Spec) {
    this.#make = make;
  }

  get objects(): number {
    return [...this.#specs.values()].filter(({ empty }) => !empty).length;
  }

  get pending(): readonly Call[] {
    return this.#pending;
  }

  begin(call: Call): void {
    this.#present.add(call.holder);
    this.#pending.push(call);
    const { request } = call;
    this.#specFor('name' in request ? request.name : '').begin(call);
    if ('timeoutMs' in request && request.timeoutMs !== undefined && !this.outcomes.has(call))
      this.timer(request.timeoutMs, () => this.giveUp(call, 'error timed-out'));
  }

  giveUp(call: Call, outcome: string): void {
    if (this.outcomes.has(call)) return;
    this.#finish(call, outcome);
    this.#specOf(call).leave(call);
  }

  release(holder: string): void {
    for (const call of this.#pending.filter((each) => each.holder === holder).toReversed())
      this.giveUp(call, 'error released');
    for (const spec of this.#specs.values()) spec.drop(holder);
    if (this.#present.delete(holder) && this.#present.size === 0)
      for (const spec of this.#specs.values()) spec.desert();
  }

  timer(delayMs: number, fire: () => void): void {
    this.#deadlines.push({ at: this.#now + delayMs, fire });
  }

  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const due = this.#deadlines.reduce<Deadline | undefined>(
        (first, each) => (each.at <= until && each.at < (first?.at ?? Infinity) ? each : first),
        undefined,
      );
      if (due === undefined) break;
      this.#now = due.at;
      this.#deadlines = this.#deadlines.filter((each) => each !== due);
      due.fire();
    }
    this.#now = until;
  }

  #specOf({ request }: Call): Spec {
    return this.#specFor('name' in request ? request.name : '');
  }

  #specFor(name: string): Spec {
    let spec = this.#specs.get(name);
    if (spec === undefined) {
      spec = this.#make((call, outcome) => this.#finish(call, outcome), this);
      this.#specs.set(name, spec);
    }
    return spec;
  }

  #finish(call: Call, outcome: string): void {
    if (this.outcomes.has(call)) throw new Error(`The model ends call ${call.id} twice.`);
    this.outcomes.set(call, outcome);
    this.#pending = this.#pending.filter((each) => each !== call);
    if (outcome === 'granted') this.grants.push(call);
  }
}

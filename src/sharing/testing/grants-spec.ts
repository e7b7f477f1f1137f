import type { Call } from './calls.ts';
import type { Finish, Spec } from './model.ts';

/** What has a holder, as simple as can be. `fits`: whether the ask goes together with these that are held. */
export class GrantsSpec implements Spec {
  held: Call[] = [];
  waiting: Call[] = [];
  #ending: Call[] = [];
  readonly #finish: Finish;
  readonly #fits: (call: Call, held: readonly Call[]) => boolean;

  constructor(finish: Finish, fits: (call: Call, held: readonly Call[]) => boolean) {
    this.#finish = finish;
    this.#fits = fits;
  }

  get empty(): boolean {
    return this.held.length + this.waiting.length === 0;
  }

  begin(call: Call): void {
    const { request, target } = call;
    const isHeld = target !== undefined && target.holder === call.holder && this.held.includes(target);
    switch (request.op) {
      case 'unlock':
      case 'release':
        if (target !== undefined) this.held = this.held.filter((each) => each !== target || !isHeld);
        this.#finish(call, isHeld ? 'done' : 'error not-held');
        break;
      case 'ended':
        if (isHeld) this.#ending.push(call);
        else this.#finish(call, 'done');
        break;
      default:
        this.#ask(call);
    }
    this.#settle();
  }

  leave(call: Call): void {
    this.waiting = this.waiting.filter((each) => each !== call);
    this.#ending = this.#ending.filter((each) => each !== call);
    this.#settle();
  }

  drop(holder: string): void {
    this.held = this.held.filter((call) => call.holder !== holder);
    this.#settle();
  }

  desert(): void {
    // Nothing stays when nobody is there.
  }

  #ask(call: Call): void {
    const { request } = call;
    const tries =
      request.op === 'tryLock' || request.op === 'tryAcquire' || (request.op === 'request' && request.ifAvailable);
    if (request.op === 'request' && request.steal) {
      this.held = [call];
      this.#finish(call, 'granted');
    } else if (tries && (this.waiting.length > 0 || !this.#fits(call, this.held))) this.#finish(call, 'unavailable');
    else this.waiting.push(call);
  }

  #settle(): void {
    for (let [first] = this.waiting; first !== undefined && this.#fits(first, this.held); [first] = this.waiting) {
      this.waiting.shift();
      this.held.push(first);
      this.#finish(first, 'granted');
    }
    for (const call of this.#ending)
      if (call.target === undefined || !this.held.includes(call.target)) {
        this.#ending = this.#ending.filter((each) => each !== call);
        this.#finish(call, 'done');
      }
  }
}

/** The calls that hold what they were granted, as answers and ends of holders tell, without the model. */
export function heldByAnswers(calls: readonly Call[], released: ReadonlyMap<string, number>): Call[] {
  const givenBack = new Set(
    calls.flatMap(({ target, outcome, request }) =>
      outcome === 'done' && (request.op === 'unlock' || request.op === 'release') ? [target] : [],
    ),
  );
  return calls.filter(
    (call) => call.outcome === 'granted' && !givenBack.has(call) && (released.get(call.holder) ?? -1) <= call.id,
  );
}

/** One of the calls that were granted something under this name. */
export function grantedCall(calls: readonly Call[], name: string, nth: number): Call | undefined {
  const granted = calls.filter(
    ({ outcome, request }) => outcome === 'granted' && 'name' in request && request.name === name,
  );
  // The newest ones: those are likely to be held.
  return granted.at(-1 - (nth % Math.max(1, Math.min(4, granted.length))));
}

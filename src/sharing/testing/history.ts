import assert from 'node:assert/strict';
import fc from 'fast-check';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';
import type { SharedRequest } from '../../api/sharing.ts';
import { SharedObjects } from '../shared-objects.ts';
import { type Call, numberOf, wordsOf, wordsOfError } from './calls.ts';
import { type Finish, Model, type Spec } from './model.ts';

/** Numbers from which a kind makes a request. */
export interface Draw {
  readonly name: string;
  readonly op: number;
  readonly a: number;
  readonly b: number;
  readonly timeoutMs?: number;
}

/** A request, and the call whose grant it is about. */
export interface Drawn {
  readonly request: SharedRequest;
  readonly target?: Call | undefined;
}

/** What is to be checked. */
export interface Kind {
  /** Makes a request of what was drawn, and of the calls so far. */
  readonly draw: (draw: Draw, calls: readonly Call[]) => Drawn;
  readonly spec: (finish: Finish, model: Model) => Spec;
  /** What must hold at every moment, whatever the model says. */
  readonly invariant?: (calls: readonly Call[], history: History) => void;
  /** Requests that take out what outlives its holders, once all those are gone; repeated while there are some. */
  readonly cleanUp?: (calls: readonly Call[]) => readonly SharedRequest[];
}

type Step =
  | { readonly do: 'call'; readonly holder: string; readonly draw: Draw }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'abort'; readonly nth: number }
  | { readonly do: 'release'; readonly holder: string };

const holders = ['h0', 'h1', 'h2', 'h3'];
const holder = fc.constantFrom(...holders);
const draw: fc.Arbitrary<Draw> = fc.record(
  {
    name: fc.constantFrom('a', 'a', 'a', 'b'),
    op: fc.nat(99),
    a: fc.nat(9),
    b: fc.nat(9),
    timeoutMs: fc.nat(12),
  },
  { requiredKeys: ['name', 'op', 'a', 'b'] },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('call' as const), holder, draw }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), nth: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), holder }) },
);

/** A history as it happens, beside what the model says of it. */
export class History {
  readonly clock: VirtualClock = new VirtualClock();
  readonly objects: SharedObjects = new SharedObjects(this.clock);
  readonly calls: Call[] = [];
  /** When each holder ended last, counted in calls. */
  readonly released: Map<string, number> = new Map();
  readonly #model: Model;
  readonly #kind: Kind;
  #answers = 0;
  /** Of all grants so far, growing. */
  readonly #tokens: bigint[] = [];

  constructor(kind: Kind) {
    this.#kind = kind;
    this.#model = new Model(kind.spec);
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'call': {
        const { request, target } = this.#kind.draw(step.draw, this.calls);
        return this.call(step.holder, request, target);
      }
      case 'advance':
        this.#model.advance(step.ms);
        await this.clock.advance(step.ms);
        break;
      case 'abort': {
        const call = this.#model.pending[step.nth % Math.max(1, this.#model.pending.length)];
        if (call === undefined) return undefined;
        this.#model.giveUp(call, 'aborted');
        call.abort.abort();
        break;
      }
      case 'release':
        this.#model.release(step.holder);
        this.released.set(step.holder, this.calls.length);
        this.objects.release('account', step.holder);
    }
    return this.check();
  }

  async call(holder: string, request: SharedRequest, target?: Call): Promise<void> {
    const call: Call = {
      id: this.calls.length,
      holder,
      request,
      target,
      abort: new AbortController(),
      outcome: undefined,
      number: undefined,
      answered: undefined,
    };
    this.calls.push(call);
    this.#model.begin(call);
    void this.#really(call);
    await this.check();
  }

  /** Everything is as the model says, now that all that can happen has happened. */
  async check(): Promise<void> {
    await this.clock.settle();
    for (const call of this.calls)
      assert.equal(call.outcome, this.#model.outcomes.get(call), `call ${call.id}: ${words(call.request)}`);
    this.#checkTokens();
    const { objects, waits } = this.objects.census('account');
    assert.equal(waits, this.#model.pending.length, 'as many wait as should');
    assert.equal(objects, this.#model.objects, 'what nobody uses is forgotten');
    this.#kind.invariant?.(this.calls, this);
  }

  /** Ends all holders, takes out what is left, and finds nothing. */
  async end(): Promise<void> {
    for (const each of holders) await this.take({ do: 'release', holder: each });
    for (;;) {
      const left = this.#kind.cleanUp?.(this.calls) ?? [];
      if (left.length === 0) break;
      for (const request of left) await this.call('cleaner', request);
      await this.take({ do: 'release', holder: 'cleaner' });
    }
    assert.deepEqual(this.objects.census('account'), { objects: 0, waits: 0, holders: 0, bytes: 0 });
  }

  /** Tokens of one name grow in the order of grants, and all of them from step to step. */
  #checkTokens(): void {
    const fresh = this.#model.grants.slice(this.#tokens.length);
    const last = this.#tokens.at(-1) ?? 0n;
    for (const name of new Set(fresh.map(nameOf))) {
      const tokens = fresh.filter((call) => nameOf(call) === name).map(({ number }) => number ?? 0n);
      assert.deepEqual(tokens, tokens.toSorted(compare), `tokens of ${name} grow in the order of grants`);
    }
    const tokens = fresh.map(({ number }) => number ?? 0n).toSorted(compare);
    for (const token of tokens) assert.ok(token > last, 'tokens grow');
    this.#tokens.push(...tokens);
    assert.equal(new Set(this.#tokens).size, this.#tokens.length, 'no token comes twice');
  }

  async #really(call: Call): Promise<void> {
    try {
      const reply = await this.objects.call('account', call.holder, call.request, call.abort.signal);
      call.number = numberOf(reply);
      call.outcome = wordsOf(reply);
    } catch (error) {
      call.outcome = wordsOfError(error);
    }
    call.answered = this.#answers += 1;
  }
}

/** Checks generated histories of several holders that die, give up and run out of time. */
export async function checkHistories(kind: Kind): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      const history = new History(kind);
      for (const each of steps) await history.take(each);
      await history.end();
    }),
    { numRuns: 500 },
  );
}

function nameOf({ request }: Call): string {
  return 'name' in request ? request.name : '';
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}

function words(request: SharedRequest): string {
  return JSON.stringify(request, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

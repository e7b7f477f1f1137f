import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SharedRequest } from '../../api/sharing.ts';
import type { Call } from '../testing/calls.ts';
import { checkHistories, type Kind } from '../testing/history.ts';
import type { Finish, Model, Spec } from '../testing/model.ts';

const keyOf = ({ request }: Call): string => ('key' in request ? request.key : '');
const nameOf = ({ request }: Call): string => ('name' in request ? request.name : '');

class DictSpec implements Spec {
  /** The put whose value each key has. */
  readonly #puts = new Map<string, Call>();
  #watching: Call[] = [];
  readonly #finish: Finish;
  readonly #model: Model;

  constructor(finish: Finish, model: Model) {
    this.#finish = finish;
    this.#model = model;
  }

  get empty(): boolean {
    return this.#puts.size + this.#watching.length === 0;
  }

  begin(call: Call): void {
    const { request, target } = call;
    const key = keyOf(call);
    const now = this.#puts.get(key);
    if ('ifRev' in request && now !== target) return this.#finish(call, 'error conflict');
    if (request.op === 'get') return this.#finish(call, this.#version(key));
    if (request.op === 'watch') {
      if (now === target) this.#watching.push(call);
      else this.#finish(call, this.#version(key));
    } else if (request.op === 'delete') {
      this.#finish(call, `deleted ${now !== undefined}`);
      if (now !== undefined) this.#set(key, undefined);
    } else if (request.op === 'put') {
      this.#finish(call, 'put');
      this.#set(key, call);
      if (request.ttlMs !== undefined)
        this.#model.timer(request.ttlMs, () => {
          if (this.#puts.get(key) === call) this.#set(key, undefined);
        });
    }
    return undefined;
  }

  leave(call: Call): void {
    this.#watching = this.#watching.filter((each) => each !== call);
  }

  drop(): void {
    // Values stay.
  }

  desert(): void {
    // Values stay.
  }

  #version(key: string): string {
    return `version ${this.#puts.get(key)?.id ?? 'none'}`;
  }

  #set(key: string, put: Call | undefined): void {
    if (put === undefined) this.#puts.delete(key);
    else this.#puts.set(key, put);
    for (const call of this.#watching.filter((each) => keyOf(each) === key)) {
      this.leave(call);
      this.#finish(call, this.#version(key));
    }
  }
}

const dicts: Kind = {
  draw: ({ name, op, a, b, timeoutMs }, calls) => {
    const key = `k${a % 2}`;
    const of = { kind: 'dict', name, key } as const;
    const puts = calls.filter((call) => call.outcome === 'put' && nameOf(call) === name && keyOf(call) === key);
    const target = b < 3 ? undefined : puts.at(-1 - (b % 3));
    const rev = target?.number ?? 0n;
    const ifRev = b < 5 ? {} : { ifRev: rev };
    const value = new TextEncoder().encode(String(calls.length));
    if (op < 20) return { request: { ...of, op: 'get' } };
    if (op < 45) return { request: { ...of, op: 'delete', ...ifRev }, target };
    if (op < 70) return { request: { ...of, op: 'watch', seen: rev, ...(timeoutMs && { timeoutMs }) }, target };
    return { request: { ...of, op: 'put', value, ...ifRev, ...(timeoutMs && { ttlMs: timeoutMs }) }, target };
  },
  spec: (finish, model) => new DictSpec(finish, model),
  invariant: (calls) => {
    for (const { outcome, number } of calls) {
      if (outcome?.startsWith('version ') !== true) continue;
      const put = calls[Number(outcome.slice('version '.length))];
      assert.equal(number, put?.number ?? 0n, 'a version has the revision of its put');
    }
    const revs = calls.filter(({ outcome }) => outcome === 'put').map(({ number }) => number ?? 0n);
    for (const [index, rev] of revs.entries()) assert.ok(rev > (revs[index - 1] ?? 0n), 'revisions grow');
  },
  cleanUp: (calls) =>
    ['a', 'b'].flatMap((name) =>
      ['k0', 'k1'].flatMap((key): SharedRequest[] => {
        const last = calls.findLast((call) => nameOf(call) === name && keyOf(call) === key);
        return last === undefined || last.holder === 'cleaner' ? [] : [{ kind: 'dict', op: 'delete', name, key }];
      }),
    ),
};

test('a dictionary is what a map would be, one call after the other; watchers see the newest, or its end', () =>
  checkHistories(dicts));

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SharedRequest } from '../../api/sharing.ts';
import type { Call } from '../testing/calls.ts';
import { checkHistories, type Kind } from '../testing/history.ts';
import type { Finish, Spec } from '../testing/model.ts';

const capacities: Readonly<Record<string, number>> = { a: 2, b: 0 };
const isOf = (name: string, { request }: Call): boolean => 'name' in request && request.name === name;

class ChannelSpec implements Spec {
  #items: string[] = [];
  #senders: Call[] = [];
  #receivers: Call[] = [];
  #closed = false;
  readonly #finish: Finish;

  constructor(finish: Finish) {
    this.#finish = finish;
  }

  get empty(): boolean {
    return !this.#closed && this.#items.length + this.#senders.length + this.#receivers.length === 0;
  }

  begin(call: Call): void {
    const { request } = call;
    if (request.op === 'send') this.#senders.push(call);
    else if (request.op === 'recv') this.#receivers.push(call);
    else {
      this.#closed = true;
      this.#finish(call, 'done');
    }
    while (this.#step('capacity' in request ? request.capacity : 0));
  }

  leave(call: Call): void {
    this.#senders = this.#senders.filter((each) => each !== call);
    this.#receivers = this.#receivers.filter((each) => each !== call);
  }

  drop(): void {
    // What was sent stays.
  }

  desert(): void {
    if (this.#items.length === 0) this.#closed = false;
  }

  /** Whether something happened. */
  #step(capacity: number): boolean {
    const [[item], [sender], [receiver]] = [this.#items, this.#senders, this.#receivers];
    if (receiver !== undefined && item !== undefined) {
      this.#items.shift();
      return this.#end(this.#receivers, `item ${item}`);
    }
    if (this.#closed && sender !== undefined) return this.#end(this.#senders, 'error closed');
    if (this.#closed && receiver !== undefined) return this.#end(this.#receivers, 'closed');
    if (sender === undefined || (this.#items.length >= capacity && receiver === undefined)) return false;
    this.#items.push(String(sender.id));
    return this.#end(this.#senders, 'done');
  }

  #end(line: Call[], outcome: string): true {
    const call = line.shift();
    if (call !== undefined) this.#finish(call, outcome);
    return true;
  }
}

const channels: Kind = {
  draw: ({ name, op, timeoutMs }, calls) => {
    const of = { kind: 'channel', name, capacity: capacities[name] ?? 0 } as const;
    const waits = timeoutMs === undefined ? {} : { timeoutMs };
    if (op < 48)
      return { request: { ...of, op: 'send', value: new TextEncoder().encode(String(calls.length)), ...waits } };
    if (op < 96) return { request: { ...of, op: 'recv', ...waits } };
    return { request: { ...of, op: 'close' } };
  },
  spec: (finish) => new ChannelSpec(finish),
  invariant: (calls) => {
    for (const [name, capacity] of Object.entries(capacities)) {
      const all = calls.filter((call) => isOf(name, call));
      const sent = all.filter(({ request, outcome }) => request.op === 'send' && outcome === 'done');
      const received = all
        .filter(({ outcome }) => outcome?.startsWith('item '))
        .toSorted((a, b) => (a.answered ?? 0) - (b.answered ?? 0));
      assert.deepEqual(
        received.map(({ outcome }) => outcome),
        sent.slice(0, received.length).map(({ id }) => `item ${id}`),
        'what was sent is received once, in order, and nothing else',
      );
      assert.ok(sent.length - received.length <= capacity, 'no more in it than fits');
    }
  },
  cleanUp: (calls) =>
    Object.entries(capacities).flatMap(([name, capacity]): SharedRequest[] => {
      const last = calls.findLast((call) => isOf(name, call));
      if (last === undefined || (last.holder === 'cleaner' && last.outcome === 'closed')) {
        const lost = calls.filter((call) => isOf(name, call) && call.request.op === 'send' && call.outcome === 'done');
        const got = calls.filter((call) => isOf(name, call) && call.outcome?.startsWith('item '));
        assert.equal(got.length, lost.length, 'everything that was sent was received');
        return [];
      }
      const of = { kind: 'channel', name, capacity } as const;
      return [
        { ...of, op: 'close' },
        { ...of, op: 'recv' },
      ];
    }),
};

test('what is sent on a channel is received once and in order, whoever dies', () => checkHistories(channels));

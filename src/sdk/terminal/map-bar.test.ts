import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../model/clock.ts';
import { barText, MapBar, type Out } from './map-bar.ts';

/** A clock that stands until it is moved; it has one timer. */
class Hand implements Clock {
  #now = 0;
  #timer: { readonly at: number; readonly fire: () => void } | undefined;

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now;
  }

  timer(delayMs: number, fire: () => void): Disposable {
    this.#timer = { at: this.#now + delayMs, fire };
    return { [Symbol.dispose]: () => (this.#timer = undefined) };
  }

  move(ms: number): void {
    const end = this.#now + ms;
    while (this.#timer !== undefined && this.#timer.at <= end) {
      const { at, fire } = this.#timer;
      this.#now = at;
      fire();
    }
    this.#now = end;
  }
}

/** What a terminal got, by whichever stream. */
function terminal(): { readonly out: Out; readonly err: Out; readonly text: () => string; readonly clear: () => void } {
  let text = '';
  const stream = (): Out => ({
    isTTY: true,
    columns: 80,
    write: (part: string | Uint8Array) => {
      text += typeof part === 'string' ? part : Buffer.from(part).toString();
      return true;
    },
  });
  return { out: stream(), err: stream(), text: () => text, clear: () => (text = '') };
}

const erased = '\r\u001B[2K';

test('a map that is over at once leaves no trace, a longer one a bar that is gone at the end', () => {
  const [clock, { out, err, text }] = [new Hand(), terminal()];
  const bar = new MapBar(out, err, clock);
  const quick = bar.watch(3);
  clock.move(400);
  quick.over();
  assert.equal(text(), '');
  const long = bar.watch(4);
  for (const ok of [true, false]) {
    long.started();
    long.ended(ok);
  }
  long.started();
  clock.move(1_000);
  assert.match(text(), /█+░+ 2 of 4 {2}[\d.]+\/s {2}1 running {2}1 failed/);
  long.over();
  assert.ok(text().endsWith(erased));
});

test('what the program prints has its line to itself, and the bar comes again below it, never in the midst of a line', () => {
  const [clock, { out, err, text, clear }] = [new Hand(), terminal()];
  const before = out.write;
  const watch = new MapBar(out, err, clock).watch(undefined);
  watch.started();
  clock.move(600);
  clear();
  out.write('a result\n');
  clock.move(100);
  assert.equal(text(), `${erased}a result\n${erased}0 done  0.0/s  1 running`);
  clear();
  out.write('half a ');
  clock.move(1_000);
  assert.equal(text(), `${erased}half a `);
  out.write('line\n');
  clock.move(100);
  assert.match(text(), /half a line\n\r.*0 done/s);
  watch.over();
  assert.equal(out.write, before, 'the stream is its own again');
});

test('several maps are one bar, and one that is over stays counted as long as others run', () => {
  const [clock, { out, err, text, clear }] = [new Hand(), terminal()];
  const bar = new MapBar(out, err, clock);
  const [one, other] = [bar.watch(2), bar.watch(3)];
  for (const watch of [one, one, other]) {
    watch.started();
    watch.ended(true);
  }
  one.over();
  clock.move(600);
  assert.match(text(), /3 of 5/);
  other.over();
  clear();
  bar.watch(1);
  clock.move(600);
  assert.match(text(), /0 of 1/);
});

test('the text fits the terminal', () => {
  for (const columns of [20, 40, 80, 0]) {
    const out = { ...terminal().err, columns };
    const text = barText({ total: 1_000_000, started: 64_000, done: 63_936, failed: 12 }, 1_234, out);
    assert.ok(text.length < (columns || 80), text);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allowedLineage,
  deepest,
  lineageIn,
  nextLineage,
  stoppedLineage,
  withLineage,
  type Lineage,
} from './lineage.ts';

const fn = (name: string): { readonly account: string; readonly name: string } => ({ account: '000000000000', name });

/** Runs functions one after the other in a chain for as long as it is none of a loop; gives how many ran. */
function runs(names: Iterable<string>, most: number): number {
  let lineage: Lineage | undefined;
  let ran = 0;
  for (const name of names) {
    const next = nextLineage(lineage, fn(name));
    if (next === 'loop' || ran === most) return ran;
    lineage = next;
    ran += 1;
  }
  return ran;
}

function* loopOf(names: readonly string[], before: readonly string[] = []): Generator<string> {
  yield* before;
  for (;;) yield* names;
}

const named = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `f${n}`);

test('a function runs 16 times in a chain of requests, however many are between', () => {
  assert.equal(runs(loopOf(['f']), 100), 16);
  assert.equal(runs(loopOf(['f', 'g']), 100), 32);
  assert.equal(runs(loopOf(named(30)), 1_000), 16 * 30);
});

test('a loop is found wherever it begins', () => {
  for (const before of [1, 10, 31, 32, 33, 100]) {
    const ran = runs(
      loopOf(
        ['f', 'g', 'h'],
        named(before).map((name) => `before-${name}`),
      ),
      1_000,
    );
    assert.ok(ran <= before + 32 + 17 * 3, `${ran} after ${before}`);
  }
});

test('a chain of different functions is no loop, however long', () => {
  assert.equal(runs(named(1_000), 1_000), 1_000);
});

test('a function that may go on with loops does, and is no cover for others', () => {
  let lineage: Lineage | undefined;
  for (let n = 0; n < 100; n++) lineage = allowedLineage(lineage, fn('allowed'));
  let ran = 0;
  for (;;) {
    lineage = allowedLineage(lineage, fn('allowed'));
    const next = nextLineage(lineage, fn('other'));
    if (next === 'loop') break;
    lineage = next;
    ran += 1;
    assert.ok(ran < 100);
  }
  assert.ok(ran >= 16, `${ran}`);
});

test('what follows a chain that was stopped comes to an end, whoever runs or is refused', () => {
  let lineage: Lineage = '16:00000000:0';
  let ran = 0;
  for (let stopped = stoppedLineage(lineage); stopped !== undefined; stopped = stoppedLineage(lineage)) {
    lineage = stopped;
    for (const name of ['told', 'and', 'so', 'on']) {
      const next = nextLineage(lineage, fn(name));
      if (next === 'loop') break;
      lineage = next;
      ran += 1;
      assert.ok(ran < 32);
    }
  }
  assert.equal(nextLineage(lineage, fn('any')), 'loop');
});

test('it is read from a tracing header, and written into one', () => {
  const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=25:a87bd80c:1';
  assert.equal(lineageIn(header), '25:a87bd80c:1');
  assert.equal(lineageIn('Lineage=2:a87bd80c:1'), '2:a87bd80c:1');
  for (const none of ['', 'Root=1', 'Lineage=a87bd80c:1', 'Lineage=1:A87BD80C:1', 'XLineage=1:a87bd80c:1', undefined])
    assert.equal(lineageIn(none), undefined, none);
  assert.equal(withLineage(header, '1:00000000:0'), header.replace('25:a87bd80c:1', '1:00000000:0'));
  assert.equal(deepest(['Lineage=2:a87bd80c:1', undefined, 'Lineage=10:a87bd80d:0', 'x']), '10:a87bd80d:0');
});

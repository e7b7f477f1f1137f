import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beatMs, lookMs, silenceMs } from './times.ts';
import { WhoIsHeard } from './who-is-heard.ts';

/** Looks as often as a service does, until a time; gives who became silent when. */
function lookUntil(heard: WhoIsHeard, from: number, until: number, deaf = false): [string, number][] {
  const silent: [string, number][] = [];
  for (let now = from; now <= until; now += lookMs)
    silent.push(...heard.look(now, lookMs, deaf).map((id): [string, number] => [id, now]));
  return silent;
}

test('a host is there while it is heard, and until it was silent for its time', () => {
  const heard = new WhoIsHeard(0);
  assert.equal(heard.beat('a', 'p1', 0), true);
  for (let now = beatMs; now <= 10_000; now += beatMs) {
    assert.deepEqual(lookUntil(heard, now - lookMs, now), []);
    assert.equal(heard.beat('a', 'p1', now), false);
  }
  assert.deepEqual(lookUntil(heard, 10_000 + lookMs, 20_000), [['a', 10_000 + silenceMs]]);
  assert.equal(heard.processOf('a'), undefined);
});

test('another process of a host is news, and the goodbye of the earlier one is not its own', () => {
  const heard = new WhoIsHeard(0);
  heard.beat('a', 'p1', 0);
  assert.equal(heard.beat('a', 'p2', 100), true);
  assert.equal(heard.gone('a', 'p1'), false);
  assert.equal(heard.processOf('a'), 'p2');
  assert.equal(heard.gone('a', 'p2'), true);
  assert.equal(heard.gone('a', 'p2'), false);
});

test('who stood still gives the others their time again, once', () => {
  const heard = new WhoIsHeard(0);
  heard.beat('a', 'p', 0);
  lookUntil(heard, lookMs, 1_000);
  assert.deepEqual(heard.look(20_000, lookMs, false), []);
  assert.equal(heard.processOf('a'), 'p');
  // 1 s was silent before it stood still.
  assert.deepEqual(lookUntil(heard, 20_000 + lookMs, 30_000), [['a', 20_000 - lookMs - 1_000 + silenceMs]]);
});

test('who could hear nobody does not take the others for gone', () => {
  const heard = new WhoIsHeard(0);
  heard.beat('a', 'p', 0);
  assert.deepEqual(lookUntil(heard, lookMs, 60_000, true), []);
  const silent = lookUntil(heard, 60_000 + lookMs, 70_000);
  assert.deepEqual(
    silent.map(([id]) => id),
    ['a'],
  );
  assert.ok((silent[0]?.[1] ?? 0) >= 60_000 + silenceMs - lookMs);
});

test('who said that he goes has ended, until he is heard again', () => {
  const who = new WhoIsHeard(0);
  who.beat('h-1', 'a', 0);
  assert.equal(who.endedProcessOf('h-1'), undefined);
  who.gone('h-1', 'a');
  assert.equal(who.endedProcessOf('h-1'), 'a');
  who.beat('h-1', 'b', 1);
  assert.equal(who.endedProcessOf('h-1'), undefined);
});

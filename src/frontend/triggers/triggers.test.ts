import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../test/simulation/random.ts';
import { forecastOf, isCertain, type Forecast, type Sighting } from './habit.ts';
import { TriggerBook, TriggersFullError } from './trigger-book.ts';
import { windowMs } from './trigger.ts';

const account = '111111111111';

/** A world of calls and notifications in which time passes; counts what preparing after each notification would have been good for. */
class World {
  readonly book = new TriggerBook();
  now = 0;
  prepared = 0;
  useful = 0;
  #left = new Map<string, { count: number; until: number }>();
  #calls = 0;

  /** Lets time pass; what happens meanwhile is said by who calls. */
  pass(ms: number): void {
    this.now += ms;
    this.book.close(this.now);
  }

  call(name: string, atOnce = 1): void {
    const told = Array.from({ length: atOnce }, () => this.book.called(account, name, this.now));
    for (const triggers of told) {
      const left = this.#left.get(name);
      if (left !== undefined && left.until >= this.now && left.count > 0) {
        left.count -= 1;
        this.useful += 1;
      }
      for (const trigger of triggers) trigger.ended(name, `c${(this.#calls += 1)}`);
    }
  }

  notify(name: string): readonly (readonly [string, Forecast])[] {
    const { forecasts } = this.book.notify(account, name, this.now, this.now);
    const certain = forecasts.filter(([, forecast]) => isCertain(forecast));
    for (const [fn, { count, withinMs }] of certain) {
      this.prepared += count;
      this.#left.set(fn, { count, until: this.now + withinMs });
    }
    return certain;
  }

  /** Of `name`, so far. */
  forecast(trigger: string, name: string): Forecast | undefined {
    return this.book.find(account, trigger)?.forecasts.find(([fn]) => fn === name)?.[1];
  }
}

describe('what follows a notification', () => {
  test('regularly is learned: how many, how soon, and that nothing else does', () => {
    const world = new World();
    for (let n = 0; n < 8; n += 1) {
      const certain = world.notify('deploy-started');
      assert.deepEqual(
        certain.map(([name]) => name),
        n < 2 ? [] : ['smoke'],
        `At notification ${n + 1}.`,
      );
      world.pass(4_000);
      world.call('smoke', 3);
      world.pass(6 * windowMs);
    }
    const { certainty, count, calls, delayMs, withinMs, followed } =
      world.forecast('deploy-started', 'smoke') ?? assert.fail();
    assert.deepEqual(
      { count, calls, delayMs, withinMs, followed },
      { count: 3, calls: 3, delayMs: 4_000, withinMs: 10_000, followed: 8 },
    );
    assert.ok(certainty > 0.85, `${certainty}`);
    assert.deepEqual([world.prepared, world.useful], [18, 18]);
  });

  test('noisily is learned, and little is prepared in vain', () => {
    const random = seededRandom(7);
    const world = new World();
    for (let n = 0; n < 200; n += 1) {
      world.notify('push');
      world.pass(500 + random() * 5_000);
      if (random() < 0.85) world.call('build', 2 + Math.floor(random() * 3));
      if (random() < 0.1) world.call('other');
      world.pass(3 * windowMs * (1 + random()));
    }
    const wasted = world.prepared - world.useful;
    assert.ok(world.useful > 200 * 0.85 * 2 * 0.8, `${world.useful} of what was prepared was of use.`);
    assert.ok(wasted < world.useful, `${wasted} were prepared in vain, ${world.useful} of use.`);
    assert.ok((world.forecast('push', 'other')?.certainty ?? 0) < 0.5);
  });

  test('nothing: nothing is ever prepared', () => {
    const world = new World();
    for (let n = 0; n < 1_000; n += 1) {
      assert.deepEqual(world.notify('noise'), []);
      world.pass(1_500);
    }
    assert.equal(world.book.find(account, 'noise')?.forecasts.length, 0);
  });

  test('what is called all the time, or by chance, is not taken for what follows', () => {
    for (const everyMs of [1_000, 20_000, 45_000, 90_000]) {
      const random = seededRandom(everyMs);
      const world = new World();
      let [notifications, preparing] = [0, 0];
      let nextNotification = 0;
      let nextCall = 0;
      while (world.now < 400 * windowMs) {
        world.pass(Math.max(0, Math.min(nextNotification, nextCall) - world.now));
        if (nextCall <= world.now) {
          world.call('busy');
          nextCall = world.now - Math.log(1 - random()) * everyMs;
        } else {
          if (world.notify('chance').length > 0) preparing += 1;
          notifications += 1;
          nextNotification = world.now + windowMs * (3 + random() * 4);
        }
      }
      assert.ok(notifications > 60);
      const most = notifications * 0.1;
      assert.ok(
        preparing < most,
        `Calls every ${everyMs} ms: ${preparing} of ${notifications} notifications prepared.`,
      );
    }
  });

  test('notifications that come again and again, on purpose, prepare nothing', () => {
    const random = seededRandom(3);
    const world = new World();
    for (let n = 0; n < 5_000; n += 1) {
      world.notify('flood');
      world.pass(1_100);
      if (random() < 0.1) world.call('victim');
    }
    assert.ok(world.prepared < 50, `${world.prepared} were prepared.`);
  });

  test('is forgotten when it changes, and the new habit is learned', () => {
    const world = new World();
    const round = (name: string, atOnce: number): string[] => {
      const certain = world.notify('nightly').map(([fn, { count }]) => `${fn} ${count}`);
      world.pass(2_000);
      world.call(name, atOnce);
      world.pass(5 * windowMs);
      return certain;
    };
    for (let n = 0; n < 10; n += 1) round('report', 4);
    assert.deepEqual(round('export', 2), ['report 4']);
    let rounds = 1;
    while (round('export', 2).includes('report 4')) rounds += 1;
    assert.ok(rounds <= 6, `It took ${rounds} notifications.`);
    for (let n = 0; n < 12; n += 1) round('export', 2);
    assert.deepEqual(round('export', 2), ['export 2']);
    assert.equal(world.forecast('nightly', 'report'), undefined);
    for (let n = 0; n < 8; n += 1) round('export', 7);
    assert.deepEqual(round('export', 7), ['export 7']);
  });
});

test('several notifications at once are one, and those of one name end each other’s windows', () => {
  const world = new World();
  for (let n = 0; n < 4; n += 1) {
    world.notify('twice');
    world.pass(200);
    assert.deepEqual(world.notify('twice'), []);
    world.pass(5_000);
    world.call('b');
    world.pass(5 * windowMs);
  }
  assert.equal(world.forecast('twice', 'b')?.followed, 4);
  assert.equal(world.book.find(account, 'twice')?.notifiedCount, 8);
});

test('what was learned goes on after a restart, whatever of it is missing', () => {
  const world = new World();
  for (let n = 0; n < 4; n += 1) {
    world.notify('t');
    world.pass(1_000);
    world.call('b', 2);
    world.pass(5 * windowMs);
  }
  const again = new TriggerBook();
  again.restore(JSON.parse(JSON.stringify(world.book.kept)), 0);
  const { forecasts } = again.notify(account, 't', 0, 0);
  assert.deepEqual(forecasts, world.book.notify(account, 't', world.now, 0).forecasts);
});

test('accounts learn from their own calls only, and each has a bounded number of triggers and functions', () => {
  const book = new TriggerBook();
  for (let n = 0; n < 4; n += 1) {
    const now = n * 6 * windowMs;
    book.notify(account, 't', now, now);
    book.called('222222222222', 'b', now + 1_000);
    for (let fn = 0; fn < 500; fn += 1) book.called(account, `f${fn}`, now + 2_000);
    book.close(now + windowMs);
  }
  assert.equal(book.watches('222222222222'), false);
  assert.equal(book.find(account, 't')?.forecasts.length, 16);
  for (let n = 1; n < 100; n += 1) book.notify(account, `t${n}`, 0, 0);
  assert.throws(() => book.notify(account, 'one-more', 0, 0), TriggersFullError);
  assert.equal(book.remove(account, 't1'), true);
  book.notify(account, 'one-more', 0, 0);
  book.forget(account);
  assert.deepEqual([book.of(account), book.watches(account), book.kept], [[], false, []]);
});

test('certainty grows with each notification that a call follows, and is none where it would have come anyway', () => {
  const hit: Sighting = { calls: 1, containers: 1, delayMs: 100, before: false };
  const habit = (n: number): number => forecastOf(Array.from({ length: n }, () => hit)).certainty;
  for (let n = 1; n < 12; n += 1) assert.ok(habit(n + 1) > habit(n));
  assert.equal(forecastOf([{ ...hit, before: true }]).certainty, 0);
  assert.equal(forecastOf([]).certainty, 0);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HandClock } from '../../events/testing/hand-clock.ts';
import type { Called } from '../../model/invocations/caller.ts';
import { predictionLimits as limits } from '../limits.ts';
import { ContainerCaller } from './container-caller.ts';
import { ProfileBook } from './profile-book.ts';

const [account, other] = ['000000000001', '000000000002'];

function called(name: string, of: string = account): Called {
  return { account: of, name, qualifier: '' };
}

function subject(name = 'f', book: ProfileBook = new ProfileBook()) {
  const clock = new HandClock('2026-01-01T00:00:00Z');
  const profile = book.of(account, name, clock.wall());
  const caller = new ContainerCaller({
    clock,
    profileOf: () => book.of(account, name, clock.wall()),
    begun: () => undefined,
    called: () => undefined,
  });
  const run = (...calls: readonly string[]): void => {
    caller.begin();
    caller.started();
    for (const each of calls) caller.calls(called(each), 'call')?.();
    caller.ended();
  };
  return { book, caller, clock, profile, run };
}

describe('a profile', () => {
  test('counts runs, calls, how many at once, and how soon', () => {
    const { caller, clock, profile } = subject();
    caller.begin();
    clock.moveTo(clock.now() + 100);
    caller.started();
    clock.moveTo(clock.now() + 30);
    const [one, two] = [caller.calls(called('g'), 'call'), caller.calls(called('g'), 'call')];
    one?.();
    two?.();
    caller.calls(called('g'), 'event')?.();
    caller.ended();
    assert.equal(profile.runs, 1);
    assert.deepEqual(profile.record.edges, [
      {
        name: 'g',
        qualifier: '',
        kinds: ['call', 'event'],
        hits: 1,
        calls: 3,
        together: 2,
        delayMs: 30,
        spreadMs: 0,
        useful: 0,
        wasted: 0,
      },
    ]);
  });

  test('knows nothing of what is called between runs, nor of the functions of others', () => {
    const { caller, profile } = subject();
    assert.equal(caller.calls(called('g'), 'call'), undefined);
    caller.begin();
    assert.equal(caller.calls(called('g', other), 'call'), undefined);
    caller.ended();
    assert.equal(caller.calls(called('g'), 'call'), undefined);
    assert.deepEqual([profile.runs, profile.edges], [1, []]);
  });

  test('a call that is answered when the run that made it is over is no matter of the next', () => {
    const { caller, profile } = subject();
    caller.begin();
    const late = caller.calls(called('g'), 'call');
    caller.ended();
    caller.begin();
    caller.calls(called('g'), 'call');
    late?.();
    caller.calls(called('g'), 'call');
    caller.ended();
    assert.equal(profile.edges[0]?.together, 1.5);
  });

  test('goes with the times: what was before counts half after so many runs, and after a week', () => {
    const { clock, profile, run } = subject();
    for (let n = 0; n < 40; n += 1) run('before');
    for (let n = 0; n < 2 * limits.runsMax; n += 1) run('after');
    const hits = (name: string): number => profile.edges.find((edge) => edge.name === name)?.hits ?? 0;
    assert.ok(hits('after') > 4 * hits('before'), `${hits('after')} ${hits('before')}`);
    const weight = profile.weightAt(clock.wall());
    assert.ok(weight <= limits.runsMax + 1);
    assert.ok(Math.abs(profile.weightAt(clock.wall() + limits.halfLifeMs) - weight / 2) < 1e-9);
  });

  test('little of it holds for other code, all of it for the same', () => {
    const { profile, run } = subject();
    profile.changed('one');
    for (let n = 0; n < 20; n += 1) run('g');
    profile.changed('one');
    assert.equal(profile.runs, 20);
    profile.changed('two');
    assert.equal(profile.runs, 2);
    assert.equal(profile.edges[0]?.hits, 2);
  });

  test('has so many callees and hosts, of which the rarest give way', () => {
    const { caller, profile, run } = subject();
    for (let n = 0; n < 5; n += 1) run('often');
    for (let n = 0; n < 200; n += 1) run(`once-${n}`, 'often');
    assert.equal(profile.edges.length, limits.calleesMax);
    assert.ok(profile.edges.some(({ name }) => name === 'often'));
    assert.ok(profile.edges.some(({ name }) => name === 'once-199'));
    caller.begin();
    for (let n = 0; n < 50; n += 1) caller.connects(`host-${n}.example`);
    caller.connects('x'.repeat(1_000));
    caller.ended();
    assert.equal(profile.hosts.size, limits.hostsMax);
    assert.ok([...profile.hosts.keys()].every((host) => host.length <= limits.hostCharactersMax));
  });

  test('that is off learns nothing', () => {
    const { profile, run } = subject();
    profile.off = true;
    run('g');
    assert.deepEqual([profile.runs, profile.edges.length], [0, 0]);
  });

  test('of one account never crowds out another account', () => {
    const book = new ProfileBook();
    book.of(other, 'theirs', 0);
    for (let n = 0; n < 3 * limits.functionsOfAccountMax; n += 1) book.of(account, `f${n}`, n);
    assert.equal(book.all(account).length, limits.functionsOfAccountMax);
    assert.equal(book.find(account, 'f0'), undefined);
    assert.ok(book.find(other, 'theirs'));
    assert.equal(book.takeChanges(10).gone.length, 2 * limits.functionsOfAccountMax);
  });

  test('that gave way is begun anew by containers that run on', () => {
    const { book, run, profile } = subject();
    run('g');
    book.remove(account, 'f');
    run('g');
    const fresh = book.find(account, 'f');
    assert.notEqual(fresh, profile);
    assert.equal(fresh?.runs, 1);
  });

  test('is after a restart what it was', () => {
    const { book, run } = subject();
    for (let n = 0; n < 5; n += 1) run('g', 'g', 'h');
    const { changed } = book.takeChanges(10);
    const again = new ProfileBook();
    again.restore(structuredClone(changed));
    assert.deepEqual(again.find(account, 'f')?.record, book.find(account, 'f')?.record);
    assert.equal(book.takeChanges(10).changed.length, 0);
  });
});

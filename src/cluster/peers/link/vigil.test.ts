import assert from 'node:assert/strict';
import { duplexPair, type Duplex } from 'node:stream';
import { test } from 'node:test';
import { systemClock } from '../../../model/clock.ts';
import { PeerLostError } from '../../contract.ts';
import { StepClock } from '../../testing/step-clock.ts';
import { LinkStream } from './link-stream.ts';
import { Link } from './link.ts';

const other = 'h-0000000000000002';

/** A link of this side to another, which answers nothing (nobody reads there) or is as it should be, and begins what it is asked to. */
function linkTo(answers: boolean): { readonly clock: StepClock; readonly link: Link; readonly theirs: Duplex } {
  const clock = new StepClock();
  const [ours, theirs]: Duplex[] = duplexPair();
  assert.ok(ours !== undefined && theirs !== undefined);
  const onEnd = (): void => undefined;
  const link = new Link(ours, { host: other, clock, onEnd });
  if (answers) {
    const there = new Link(theirs, { host: 'h-1', clock: systemClock, accept: () => undefined, onEnd });
    assert.ok(there.open);
  } else theirs.resume();
  return { clock, link, theirs };
}

/** Gives how a conversation ended; undefined as long as it has not. */
function began(link: Link, expectsWord: boolean, bytes = 1): { readonly end: () => Error | undefined } {
  const stream = new LinkStream(other);
  let ended: Error | undefined;
  void stream.ended.then((error) => (ended = error));
  link.begin(stream, 'run', Buffer.alloc(bytes));
  stream.expectsWord = expectsWord;
  return { end: () => ended };
}

test('who waits for a first word of a host that says nothing waits no longer than two seconds; who has had it does', async () => {
  const { clock, link } = linkTo(false);
  await clock.pass(10_000);
  const [waits, runs] = [began(link, true), began(link, false)];
  await clock.pass(1_400);
  assert.equal(waits.end(), undefined);
  await clock.pass(500);
  assert.ok(waits.end() instanceof PeerLostError && link.silent);
  assert.match(String(waits.end()), /has said nothing/);
  assert.equal(runs.end(), undefined);
  link.close();
});

test('a host that answers is waited for, however long it takes to begin', async () => {
  const { clock, link } = linkTo(true);
  const waits = began(link, true);
  await clock.pass(10_000);
  assert.deepEqual([waits.end(), link.silent], [undefined, false]);
  link.close();
});

test('a link that was silent is one again when something is heard', async () => {
  const { clock, link, theirs } = linkTo(false);
  began(link, true);
  await clock.pass(2_000);
  assert.ok(link.silent);
  // What it was asked comes late, as by a network that was cut for a while.
  const there = new Link(theirs, {
    host: 'h-1',
    clock: systemClock,
    accept: () => undefined,
    onEnd: () => undefined,
  });
  await clock.pass(1_000);
  assert.equal(link.silent, false);
  for (const one of [link, there]) one.close();
});

test('who stood still himself blames nobody for it', async () => {
  const { clock, link } = linkTo(true);
  const waits = began(link, true);
  await clock.pass(300);
  clock.jump(10_000);
  await clock.pass(5_000);
  assert.deepEqual([waits.end(), link.silent], [undefined, false]);
  link.close();
});

test('a slow network has time for what is long', async () => {
  const { clock, link } = linkTo(false);
  const [short, long] = [began(link, true), began(link, true, 300_000)];
  await clock.pass(2_000);
  assert.deepEqual([short.end(), long.end()], [undefined, undefined], 'what is short goes behind it');
  await clock.pass(3_000);
  assert.ok(short.end() instanceof PeerLostError && long.end() instanceof PeerLostError);
  link.close();
});

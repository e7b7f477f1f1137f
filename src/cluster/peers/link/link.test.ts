import assert from 'node:assert/strict';
import { duplexPair, type Duplex } from 'node:stream';
import { test } from 'node:test';
import { systemClock } from '../../../model/clock.ts';
import { LinkStream } from './link-stream.ts';
import { Link } from './link.ts';

interface Pair {
  readonly dials: Link;
  readonly ours: Duplex;
  /** What the other side was asked, in order. */
  readonly begun: string[];
  readonly ended: Promise<unknown>;
}

function pair(stalls: () => number): Pair {
  const [ours, theirs]: Duplex[] = duplexPair();
  assert.ok(ours !== undefined && theirs !== undefined);
  const begun: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<unknown>();
  const accepts: Link = new Link(theirs, {
    host: 'h-0000000000000001',
    clock: systemClock,
    stalls: { count: stalls },
    accept: (stream, method, opening) => {
      begun.push(method);
      stream.onMessage = (message) => void stream.send(message);
      stream.send(opening);
    },
    onEnd: resolve,
  });
  assert.ok(accepts.open);
  const dials = new Link(ours, { host: 'h-0000000000000002', clock: systemClock, onEnd: () => undefined });
  return { dials, ours, begun, ended };
}

/** Begins a conversation, says one thing, and gives the first two answers. */
async function said(link: Link, method: string): Promise<string[]> {
  const stream = new LinkStream('h-0000000000000002');
  const heard: string[] = [];
  const two = new Promise<void>((resolve) => {
    stream.onMessage = (message) => {
      heard.push(String(message));
      if (heard.length === 2) resolve();
    };
  });
  link.begin(stream, method, Buffer.from('opening'));
  stream.send(Buffer.from('more'));
  await two;
  stream.end();
  return heard;
}

test('who stood still asks whether what has come is still wanted, and then takes it in order', async () => {
  let stalls = 0;
  const { dials, begun } = pair(() => stalls);
  assert.deepEqual(await said(dials, 'before'), ['opening', 'more']);
  stalls = 1;
  assert.deepEqual(await Promise.all([said(dials, 'first'), said(dials, 'second')]), [
    ['opening', 'more'],
    ['opening', 'more'],
  ]);
  assert.deepEqual(begun, ['before', 'first', 'second']);
  dials.close();
});

test('what was asked of who stood still by somebody who has gone since is not begun', async () => {
  let stalls = 0;
  const { dials, ours, begun, ended } = pair(() => stalls);
  assert.deepEqual(await said(dials, 'before'), ['opening', 'more']);
  stalls = 1;
  dials.begin(new LinkStream('h-0000000000000002'), 'given up', Buffer.from('x'));
  // All of it is there, and then the end, as after a process that was stopped.
  ours.end();
  await ended;
  assert.deepEqual(begun, ['before']);
});

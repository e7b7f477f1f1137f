import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../../../test/simulation/virtual-clock.ts';
import type { Rows, Topic } from '../topic.ts';
import { Feed } from './feed.ts';

const viewer = { account: '1', operator: false };

/** A feed of what `rows` gives, and how often it was asked. */
async function watched(
  rows: () => Rows,
  more: Partial<Topic> = {},
): Promise<{ readonly feed: Feed; readonly clock: VirtualClock; readonly asked: () => number }> {
  const clock = new VirtualClock();
  let asked = 0;
  const topic: Topic = {
    name: 'things',
    ...more,
    rows: () => {
      asked += 1;
      return rows();
    },
  };
  const feed = new Feed(topic, viewer, '', { clock, failed: (_name, error) => assert.fail(String(error)) });
  feed.watch(() => undefined);
  await feed.begun();
  return { feed, clock, asked: () => asked };
}

test('who watches first is told all, and then what has changed', async () => {
  let rows: Rows = new Map<string, object>([
    ['a', { n: 1 }],
    ['b', { n: 1 }],
  ]);
  const { feed, clock, asked } = await watched(() => rows);
  const first = feed.since(0);
  assert.equal(first?.text, '{"whole":true,"put":{"a":{"n":1},"b":{"n":1}}}');
  rows = new Map([['a', { n: 2 }]]);
  await clock.advance(200);
  assert.equal(asked(), 2);
  assert.equal(feed.since(first?.version ?? 0)?.text, '{"put":{"a":{"n":2}},"remove":["b"]}');
  await clock.advance(200);
  assert.equal(feed.since(2), undefined);
});

test('a row that is the same object is looked into again only where it may have changed', async () => {
  for (const keepsRows of [true, undefined] as const) {
    let written = 0;
    const row = { toJSON: () => ++written };
    const { clock } = await watched(() => new Map([['a', row]]), keepsRows && { keepsRows });
    await clock.advance(200);
    assert.equal(written, keepsRows ? 1 : 2);
  }
});

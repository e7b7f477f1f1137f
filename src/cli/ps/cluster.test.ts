import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { Shape } from '../../sdk/shape.ts';
import { describeCluster } from './cluster.ts';

const about = { url: '', release: '1.2.0', protocol: { min: 1, max: 1 }, startedAt: 0, draining: false };
const load = {
  running: 3,
  waiting: 0,
  containers: 12,
  idleContainers: 9,
  memoryMb: 1_024,
  memoryMbMax: 8_192,
  processors: 4,
  processorLoad: 1.25,
  peers: 2,
  shards: [{}, {}],
};

test('a cluster is shown with its hosts, homes and streams', () => {
  const cluster = {
    asked: 'h-1',
    hosts: [
      { ...about, id: 'h-1', name: 'one', alive: true, load, stateBehind: 7 },
      { ...about, id: 'h-2', name: 'two', alive: false, why: 'It is not heard.' },
    ],
    shards: [{ shard: 0, host: 'h-1', epoch: '12', waiting: 1, bytesSinceSnapshot: 2_048 }, { shard: 1 }],
    streams: [
      { name: 's', messages: 1_000, bytes: 10, leader: 'n1', replicas: [{ server: 'n2', current: false, lag: 4 }] },
    ],
  };
  const text = stripVTControlCharacters(describeCluster(new Shape(cluster, 'c'), 90_000, Infinity));
  const lines = text.split('\n').map((line) => line.replaceAll(/  +/g, '  '));
  assert.deepEqual(lines.slice(1, 4), [
    'one *  ✓ there  1.2.0  1  1m  3  0  9  1.0/8.0 GB  1.3/4  2  7',
    'two  ✗ silent  1.2.0  1  -  -  -  -  -  -  -  -',
    'two: It is not heard.',
  ]);
  assert.match(text, /^0 +one +12 +1 +2/m);
  assert.match(text, /^1 +nowhere/m);
  assert.match(text, /^s +1,000 +10 B +n1 +n2 \(4 behind\)$/m);
});

test('where NATS cannot be asked, that is said', () => {
  const text = describeCluster(new Shape({ asked: '', hosts: [], shards: [], natsWhy: 'gone' }, 'c'), 0, Infinity);
  assert.match(stripVTControlCharacters(text), /NATS could not be asked: gone/);
});

test('the usual three hosts fit into 100 columns, and into 80 without what says nothing there', () => {
  const usual = {
    ...load,
    running: 1_234,
    idleContainers: 1_000,
    memoryMb: 131_072,
    memoryMbMax: 131_072,
    processors: 64,
  };
  const hosts = ['host-1', 'host-2', 'host-3'].map((name) => ({
    ...about,
    id: name,
    name,
    alive: true,
    load: usual,
    stateBehind: 0,
  }));
  const shown = (more: object, width: number): string[] => {
    const [first = {}, ...others] = hosts;
    const cluster = { asked: 'host-1', hosts: [{ ...first, ...more }, ...others], shards: [], streams: [] };
    const text = stripVTControlCharacters(describeCluster(new Shape(cluster, 'c'), 90_000, width));
    return text.split('\n').slice(0, 4);
  };
  const longest = (lines: readonly string[]): number => Math.max(...lines.map((line) => line.length));
  assert.ok(longest(shown({ draining: true }, Infinity)) <= 100);
  const narrow = shown({}, 80);
  assert.ok(longest(narrow) <= 80, narrow.join('\n'));
  assert.doesNotMatch(narrow[0] ?? '', /BEHIND|SPEAKS/);
  // What differs, or is worth a look, stays.
  assert.match(shown({ protocol: { min: 1, max: 2 }, stateBehind: 3 }, 80)[0] ?? '', /SPEAKS.*BEHIND/);
});

test('hosts of one name are told apart by their ids', () => {
  const hosts = ['h-1', 'h-2'].map((id) => ({ ...about, id, name: 'same', alive: true, load }));
  const text = describeCluster(new Shape({ asked: 'h-1', hosts, shards: [], streams: [] }, 'c'), 0, Infinity);
  assert.match(stripVTControlCharacters(text), /^same \* +h-1/m);
});

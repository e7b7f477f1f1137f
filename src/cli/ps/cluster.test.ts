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
      { ...about, id: 'h-1', name: 'one', alive: true, load },
      { ...about, id: 'h-2', name: 'two', alive: false, why: 'It is not heard.' },
    ],
    shards: [{ shard: 0, host: 'h-1', epoch: '12', waiting: 1, bytesSinceSnapshot: 2_048 }, { shard: 1 }],
    streams: [
      { name: 's', messages: 1_000, bytes: 10, leader: 'n1', replicas: [{ server: 'n2', current: false, lag: 4 }] },
    ],
  };
  const text = stripVTControlCharacters(describeCluster(new Shape(cluster, 'c'), 90_000, Infinity));
  const lines = text.split('\n').map((line) => line.replaceAll(/  +/g, '  '));
  assert.deepEqual(lines.slice(1, 3), [
    'one *  h-1  ✓ there  1.2.0 (protocol 1)  1m  3  0  12 (9 idle)  1,024 of 8,192 MB  1.3 of 4  2  2',
    'two  h-2  ✗ silent  1.2.0 (protocol 1)  -  -  -  -  -  -  -  -  It is not heard.',
  ]);
  assert.match(text, /^0 +one +12 +1 +2/m);
  assert.match(text, /^1 +nowhere/m);
  assert.match(text, /^s +1,000 +10 B +n1 +n2 \(4 behind\)$/m);
});

test('where NATS cannot be asked, that is said', () => {
  const text = describeCluster(new Shape({ asked: '', hosts: [], shards: [], natsWhy: 'gone' }, 'c'), 0, Infinity);
  assert.match(stripVTControlCharacters(text), /NATS could not be asked: gone/);
});

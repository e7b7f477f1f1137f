import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as nodeBundling from '../platform/bundling.ts';
import * as nodeIdentity from '../platform/identity.ts';
import * as nodeMapProgress from '../platform/map-progress.ts';
import * as nodePorts from '../platform/ports.ts';
import * as nodePrint from '../platform/print.ts';
import * as nodeService from '../platform/service.ts';
import * as nodeSource from '../platform/source.ts';
import * as nodeTimers from '../platform/timers.ts';
import * as nodeWire from '../platform/websocket-wire.ts';
import * as nodeZip from '../platform/zip.ts';
import * as bundling from './bundling.ts';
import * as identity from './identity.ts';
import * as mapProgress from './map-progress.ts';
import * as ports from './ports.ts';
import * as print from './print.ts';
import * as service from './service.ts';
import * as source from './source.ts';
import * as timers from './timers.ts';
import * as wire from './websocket-wire.ts';
import * as zip from './zip.ts';

/** The compiler sees to it that whoever may call the one may call the other. */
function pair<Twin>(name: string, one: Twin, other: Twin): readonly [string, Twin, Twin] {
  return [name, one, other];
}

type Functions = Omit<typeof nodeBundling, 'BuildCache'>;
const twins = [
  pair<Functions>('bundling.ts', nodeBundling, bundling),
  pair<typeof nodeIdentity>('identity.ts', nodeIdentity, identity),
  pair<typeof nodeMapProgress>('map-progress.ts', nodeMapProgress, mapProgress),
  pair<typeof nodePorts>('ports.ts', nodePorts, ports),
  pair<typeof nodePrint>('print.ts', nodePrint, print),
  pair<typeof nodeService>('service.ts', nodeService, service),
  pair<typeof nodeSource>('source.ts', nodeSource, source),
  pair<typeof nodeTimers>('timers.ts', nodeTimers, timers),
  pair<typeof nodeWire>('websocket-wire.ts', nodeWire, wire),
  pair<typeof nodeZip>('zip.ts', nodeZip, zip),
];

test('whatever only Node can do has a twin for browsers, of the same names and types', () => {
  const names = readdirSync(join(import.meta.dirname, '..', 'platform')).filter((name) => !name.includes('.test.'));
  assert.deepEqual(names, twins.map(([name]) => name).toSorted());
  for (const [name, one, other] of twins) assert.deepEqual(Object.keys(other), Object.keys(one), name);
});

test('digests are the same, and names as random', () => {
  const parts = ['text €', new Uint8Array([1, 2, 3]), new Uint8Array(100_000)];
  assert.equal(identity.sha256(parts), nodeIdentity.sha256(parts));
  const ids = new Set(Array.from({ length: 100 }, () => identity.randomUUID()));
  assert.equal(ids.size, 100);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

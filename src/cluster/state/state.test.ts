import { createHash } from 'node:crypto';
import { after, before } from 'node:test';
import type { NatsConnection } from '@nats-io/nats-core';
import { pino } from 'pino';
import { storeConformance } from '../../store/conformance.ts';
import { openLog } from '../log/open-log.ts';
import { connectTo } from '../log/testing/connect.ts';
import { startNatsServers, type TestNats } from '../testing/nats.ts';
import { openClusterStore } from './open-state.ts';

let nats: TestNats;
let connection: NatsConnection;

before(async () => {
  nats = await startNatsServers(1);
  connection = await connectTo(nats.settings);
});
after(async () => {
  await connection?.close();
  await nats?.[Symbol.asyncDispose]();
});

/** Each home is a cluster of its own. */
storeConformance('A cluster of one host', (home) => {
  const name = `STATE_${createHash('sha256').update(home).digest('hex').slice(0, 16)}`;
  const open = () => openLog({ connection, name, replicas: 1, bytesMax: 1_048_576 });
  return openClusterStore({ home, openLog: open, logger: pino({ level: 'silent' }) });
});

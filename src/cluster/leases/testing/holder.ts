import { parseArgs } from 'node:util';
import { systemClock } from '../../../model/clock.ts';
import { silentLogger } from '../../testing/links.ts';
import { openNatsLink } from '../../nats/connection.ts';
import { openLeaseStore } from '../bucket-store.ts';
import { ClusterLeases } from '../cluster-leases.ts';

// A process that takes a lease and, while it is valid, says so all the time: `SERVERS KEYFILE NAME ID`. It says the epoch and when it looked with each act, and `over` when it is told that it is over.

const { positionals } = parseArgs({ allowPositionals: true });
const [servers = '', keyFile = '', name = '', self = ''] = positionals;
const settings = { servers: servers.split(','), keyFile };
const signal = AbortSignal.timeout(250_000);
const link = await openNatsLink({ settings, name: self, logger: silentLogger, signal });
const report = (error: unknown): void => void process.stderr.write(`${String(error)}\n`);
const store = await openLeaseStore({ link, replicas: 3, report, signal });
const leases = new ClusterLeases({ store, clock: systemClock, self, report });
const lease = await leases.take(name);
if (lease === undefined) throw new Error(`${name} is another's.`);
lease.over.addEventListener('abort', () => process.stdout.write('over\n'));
const act = (): void => {
  const at = process.hrtime.bigint();
  if (lease.valid) process.stdout.write(`${lease.epoch} ${at}\n`);
  setTimeout(act, 5);
};
act();

/*
 * One host of a cluster, with all that is at homes and between hosts, but a worker manager that only tells the test's ledger what it runs. Argument: a `HostPlan` as JSON. Prints its URL when it takes
 * requests; SIGTERM stops it as a service stops.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { openHomes, type OpenedHomes } from '../../../src/daemon/cluster/open-homes.ts';
import { frontOf, openPeers } from '../../../src/daemon/cluster/open-peers.ts';
import { openLeaseStore } from '../../../src/cluster/leases/bucket-store.ts';
import { ClusterLeases } from '../../../src/cluster/leases/cluster-leases.ts';
import { ClusterMembership } from '../../../src/cluster/membership/cluster-membership.ts';
import { hostIdOf } from '../../../src/cluster/membership/host-id.ts';
import { openNatsLink } from '../../../src/cluster/nats/connection.ts';
import { shardLog } from '../../../src/cluster/durable/shard-log.ts';
import type { AccountEvents, EventParts } from '../../../src/frontend/events.ts';
import { createLogger } from '../../../src/frontend/observing/logger.ts';
import { outcomeOf } from '../../../src/frontend/testing/fake-worker-manager.ts';
import { startTestFrontend } from '../../../src/frontend/testing/test-frontend.ts';
import { systemClock } from '../../../src/model/clock.ts';
import type { ClusterSettings } from '../../../src/model/cluster.ts';
import type { Invocation, InvocationOutcome } from '../../../src/model/invocations/invocation.ts';

/** What a host is started with. */
export interface HostPlan {
  readonly settings: ClusterSettings;
  /** With the keys and functions that all hosts have. */
  readonly home: string;
  /** Told what is run. */
  readonly ledgerPort: number;
  readonly replicas: number;
  /** How far its wall clock is off, ms. */
  readonly clockOffMs: number;
}

const plan: HostPlan = JSON.parse(process.argv[2] ?? '');
const trueNow = Date.now;
Date.now = () => trueNow() + plan.clockOffMs;
const logger = createLogger(process.env['HEDDLE_TEST_LOG'] ?? 'error', process.stderr);
const undo = new AsyncDisposableStack();
const never = new AbortController().signal;
const { settings, replicas, home } = plan;
const id = await hostIdOf(home);
const link = undo.use(await openNatsLink({ settings, name: id, logger, signal: never }));
const base = { link, replicas, clock: systemClock, logger, signal: never };
const onDisplaced = (error: Error): void => {
  throw error;
};
const membership = undo.use(await ClusterMembership.open({ ...base, id, name: id, release: '0', onDisplaced }));
const report = (err: unknown): void => logger.warn({ err }, 'leases');
const leases = undo.use(
  new ClusterLeases({ store: await openLeaseStore({ ...base, report }), clock: systemClock, self: id, report }),
);
const { peers, record, identityOf } = await openPeers(home, id, settings, logger, undo);
const logOf = (name: string): ReturnType<typeof shardLog> => shardLog(link.connection, name, replicas, report);
const why = async (): Promise<string> => '';
const homes: OpenedHomes = openHomes({ folder: home, membership, leases, peers, identityOf, logOf, why, logger });
const frontend = undo.use(
  await startTestFrontend({
    home,
    homes: homes.requests,
    identityOf,
    eventsOf: (parts: Omit<EventParts, 'durable'>): AccountEvents => homes.eventsKept(parts, undo),
    logger,
    eventParts: { logger },
  }),
);
frontend.workerManager.behaviour = run;
peers.opensTo(frontOf(frontend.server));
peers.join(membership);
await membership.announce({ ...record, url: frontend.url });
process.once('SIGTERM', () => {
  void undo.disposeAsync().then(() => process.exit(0));
});
process.once('SIGHUP', () => void membership.setDraining(true));
process.stdout.write(`${JSON.stringify({ id, url: frontend.url })}\n`);
let known = '';
homes.homes.onChange(() => {
  const here = JSON.stringify({ here: homes.here().map(({ shard, epoch }) => [shard, String(epoch)]) });
  if (here !== known) process.stdout.write(`${here}\n`);
  known = here;
});

/** As the function of the proof does. */
async function run({ payload, requestId }: Invocation): Promise<InvocationOutcome> {
  const event: { Records?: { messageId: string; body: string }[] } = JSON.parse(Buffer.from(payload).toString());
  const runs = event.Records?.map(({ messageId, body }) => ({ delivery: messageId, ...JSON.parse(body) })) ?? [
    { delivery: requestId, ...event },
  ];
  const body = JSON.stringify({ container: randomUUID(), began: trueNow(), runs });
  const answer = await fetch(`http://127.0.0.1:${plan.ledgerPort}/`, { method: 'POST', body });
  await answer.arrayBuffer();
  await pause(30);
  const failed = runs.filter(({ fails }) => fails === true);
  if (event.Records !== undefined)
    return outcomeOf(
      Buffer.from(JSON.stringify({ batchItemFailures: failed.map(({ delivery }) => ({ itemIdentifier: delivery })) })),
    );
  if (failed.length === 0) return outcomeOf(Buffer.from('null'));
  const error = Buffer.from(JSON.stringify({ errorType: 'Error', errorMessage: 'told to' }));
  return outcomeOf(error, { result: { ok: false, functionError: 'Unhandled', payload: error } });
}

import type { Membership, Peers } from '../../cluster/contract.ts';
import { ClusterLogs } from '../../cluster/logs/cluster-logs.ts';
import { serveLogs } from '../../cluster/logs/serve-logs.ts';
import { RemoteRunner } from '../../cluster/running/remote-runner.ts';
import { serveRuns } from '../../cluster/running/serve-runs.ts';
import { systemClock } from '../../model/clock.ts';
import type { CodeStore } from '../../store/contract.ts';
import type { LogStore } from '../../store/logs/contract.ts';
import type { WorkerManager } from '../../worker-manager/contract.ts';

/** Has invocations run on other hosts. */
export function openRunner(peers: Pick<Peers, 'open'>): RemoteRunner {
  return new RemoteRunner(peers, systemClock);
}

/** What is needed to run what other hosts send. */
export interface RunningParts {
  readonly peers: Peers;
  /** Code on this host's disk, and what the whole cluster has. */
  readonly localCode: CodeStore;
  readonly clusterCode: Pick<CodeStore, 'zipFile'>;
  /** This host's own worker manager, which passes nothing on. */
  readonly runHere: WorkerManager['invoke'];
}

/** Runs what other hosts send. Before the listener for other hosts opens, or none is known. */
export function serveOtherHosts({ runHere, ...parts }: RunningParts): void {
  serveRuns({ ...parts, clock: systemClock, runHere });
}

/** What functions printed on all hosts, for those who read; this host's own part goes to who asks. */
export function openClusterLogs(local: LogStore, peers: Peers, membership: Membership): LogStore {
  serveLogs(peers, local);
  return new ClusterLogs({ local, peers, membership, clock: systemClock });
}

import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { HostId, Membership, Peers } from '../../cluster/contract.ts';
import { CallPlacer } from '../../cluster/placement/call-placer.ts';
import { ClusterWorkerManager } from '../../cluster/placement/cluster-worker-manager.ts';
import type { LocalManager, RunElsewhere } from '../../cluster/placement/contract.ts';
import type { PlacementCounts } from '../../cluster/placement/metrics.ts';
import { ClusterMoves, moveHandlers } from '../../cluster/placement/moves/cluster-moves.ts';
import {
  portionsEndedHandler,
  portionsEndedMethod,
  PortionsElsewhere,
} from '../../cluster/placement/portions-elsewhere.ts';
import { ClusterProvisioner } from '../../cluster/placement/provisioned/cluster-provisioner.ts';
import { SummaryExchange } from '../../cluster/placement/summary-exchange.ts';
import type { HostFacts } from '../../cluster/placement/summary/summary.ts';
import { takingIn } from '../../cluster/placement/taking-in.ts';
import { ClusterView } from '../../cluster/placement/view/cluster-view.ts';
import type { DriverCapabilities } from '../../instance/contract.ts';
import { systemClock } from '../../model/clock.ts';
import { allRuntimes, blankKinds, isEnded, partsOf } from '../../model/runtimes/configuration.ts';
import type { InstanceMoves, WorkerManager } from '../../worker-manager/contract.ts';
import type { WhyMissing } from '../instances/missing-runtimes.ts';

/** How summaries travel: with what hosts say twice a second, or at once. */
export interface SummaryWay {
  carry(part: string, take: () => Uint8Array | undefined): void;
  onPart(part: string, listener: (from: HostId, data: Uint8Array) => void): void;
  beatNow(): void;
}

/** What placement among hosts is made of. */
export interface PlacementSurroundings {
  readonly local: LocalManager & {
    readonly moves: InstanceMoves;
    keptReadyBy: Pick<WorkerManager, 'provision' | 'provisioned'>;
  };
  readonly capabilities: DriverCapabilities;
  /** The largest function that instances take, MiB. */
  readonly functionMbMax: number;
  readonly why: WhyMissing;
  readonly membership: Membership & SummaryWay;
  readonly peers: Pick<Peers, 'call' | 'serve'>;
  readonly elsewhere: RunElsewhere;
  readonly logger: Logger;
}

/** Placement among hosts. */
export interface OpenedPlacement {
  /** Runs everything, here or there. */
  readonly manager: WorkerManager;
  /** Runs what other hosts send. */
  readonly runHere: WorkerManager['invoke'];
  /** Processors that threads may be spread over. */
  readonly processors: () => number;
  /** For metrics. */
  readonly counts: PlacementCounts;
}

const summaryPart = 'placement';
/** Of a host whose processor is emulated so many are one. */
const emulatedPerProcessor = 10;

/** Opens it: from now on other hosts hear what this one has. Before the listener for other hosts opens. */
export function openPlacement(surroundings: PlacementSurroundings, undo: AsyncDisposableStack): OpenedPlacement {
  const { elsewhere, local, logger, membership, peers } = surroundings;
  const { outlook } = local;
  const view = new ClusterView(membership.self.id);
  const provisioned = new ClusterProvisioner(local, view, outlook);
  local.keptReadyBy = provisioned;
  const exchange = undo.use(
    new SummaryExchange({
      view,
      outlook,
      clock: systemClock,
      facts: factsOf(surroundings),
      life: randomBytes(4).readUInt32BE(),
      provisioned: () => provisioned.rows(),
      beatNow: () => membership.beatNow(),
      onBadMessage: (host, err) =>
        logger.warn({ err, host }, 'A host says what it has in a way that is not understood.'),
      heard: () => provisioned.review(),
    }),
  );
  const placer = new CallPlacer({
    view,
    outlook,
    clock: systemClock,
    random: Math.random,
    changed: () => exchange.changed(),
  });
  const onUntold = (host: HostId, err: unknown): void =>
    logger.warn(
      { err, host },
      'A host could not be told that a program is over; what is idle there ends a little later.',
    );
  const portions = new PortionsElsewhere(peers, onUntold);
  const others = (): HostId[] => membership.alive().flatMap(({ id }) => (id === membership.self.id ? [] : [id]));
  const moves = new ClusterMoves(local.moves, others, peers);
  const manager = new ClusterWorkerManager({ local, elsewhere, placing: placer, provisioned, moves, portions });
  for (const [method, handler] of Object.entries(moveHandlers(local.moves))) peers.serve(method, handler);
  peers.serve(portionsEndedMethod, portionsEndedHandler(local));
  const draining = (): boolean => membership.self.draining === true;
  const taking = takingIn(local, draining, view);
  const follow = (): void => {
    followMembership(membership, view, exchange);
    provisioned.review();
  };
  undo.use(membership.onChange(follow));
  follow();
  membership.carry(summaryPart, () => exchange.next());
  membership.onPart(summaryPart, (from, data) => exchange.take(from, data));
  return {
    manager,
    runHere: (invocation, signal) => taking.invoke(invocation, signal),
    processors: () => placer.processors,
    counts: { placed: placer.counts, summaries: exchange.sent },
  };
}

/** Who is there, and takes what is new. */
function followMembership(membership: Membership, view: ClusterView, exchange: SummaryExchange): void {
  const present = new Set<HostId>();
  let joined = false;
  for (const { draining, id } of membership.alive()) {
    joined ||= view.find(id) === undefined;
    const host = view.host(id);
    host.present = draining !== true;
    present.add(id);
  }
  for (const host of view.hosts) {
    if (present.has(host.id)) continue;
    host.present = false;
    if (membership.find(host.id) === undefined) exchange.gone(host.id);
  }
  if (joined) exchange.joined();
}

/** What this host is like. Which runtimes it lacks is only known when its driver has been prepared. */
function factsOf({ capabilities, functionMbMax, why }: PlacementSurroundings): () => HostFacts {
  const { directChannels = false, emulated, ownKernel, takesPrograms = false } = capabilities;
  const cores = availableParallelism();
  let known: { readonly missing: string; readonly facts: HostFacts } | undefined;
  return () => {
    const lacks = allRuntimes.filter((runtime) => why(runtime) !== undefined || (isEnded(runtime) && !takesPrograms));
    const missing = lacks.join(' ');
    if (known?.missing === missing) return known.facts;
    const facts = {
      processors: emulated ? Math.max(1, Math.floor(cores / emulatedPerProcessor)) : cores,
      functionMbMax,
      isolation: ownKernel ? 1 : 0,
      directChannels,
      kinds: blankKinds.filter((kind) => !lacks.includes(partsOf(kind).runtime)),
    };
    known = { missing, facts };
    return facts;
  };
}

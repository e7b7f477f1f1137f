import { StepClock } from '../../testing/step-clock.ts';
import { PortionsElsewhere } from '../portions-elsewhere.ts';
import type { Invocation, InvocationOutcome } from '../../../model/invocations/invocation.ts';
import type { HostId, PeerHandler } from '../../contract.ts';
import { CallPlacer } from '../call-placer.ts';
import { ClusterWorkerManager } from '../cluster-worker-manager.ts';
import { ClusterProvisioner } from '../provisioned/cluster-provisioner.ts';
import { portionsEndedHandler, portionsEndedMethod } from '../portions-elsewhere.ts';
import { NotBegunError } from '../run-again.ts';
import { SummaryExchange } from '../summary-exchange.ts';
import { takingIn } from '../taking-in.ts';
import { PlacementView } from '../view/placement-view.ts';
import { testFacts } from './hosts.ts';
import { TestManager } from './local-manager.ts';

/** One host of {@link PlacedHosts}. */
export interface PlacedHost {
  readonly id: HostId;
  readonly local: TestManager;
  readonly manager: ClusterWorkerManager;
  readonly placer: CallPlacer;
  readonly view: PlacementView;
  readonly exchange: SummaryExchange;
  draining: boolean;
  /** It does not answer. */
  dead: boolean;
}

/** Hosts whose worker managers are doubles, and everything between them is what a cluster has, but for the way. */
export class PlacedHosts {
  readonly clock: StepClock = new StepClock();
  readonly hosts: readonly PlacedHost[];
  readonly #handlers: Map<HostId, Record<string, PeerHandler>> = new Map();

  constructor(count: number) {
    this.hosts = Array.from({ length: count }, (_, nth) => this.#host(`h-${nth}`));
    for (const { view } of this.hosts) for (const { id } of this.hosts) view.host(id).present = true;
    for (const { exchange } of this.hosts) exchange.joined();
    this.beat();
  }

  at(nth: number): PlacedHost {
    const host = this.hosts[nth];
    if (host === undefined) throw new RangeError(`There is no host ${nth}.`);
    return host;
  }

  /** Half a second later all have told what they have. */
  beat(): void {
    this.clock.jump(500);
    for (const { id, dead, exchange } of this.hosts) {
      const bytes = dead ? undefined : exchange.next();
      if (bytes !== undefined) this.#send(id, bytes);
    }
  }

  #send(from: HostId, bytes: Uint8Array): void {
    for (const { exchange, id } of this.hosts) if (id !== from) exchange.take(from, bytes);
  }

  async #invoke(id: HostId, invocation: Invocation, signal: AbortSignal): Promise<InvocationOutcome> {
    const host = this.hosts.find((each) => each.id === id);
    if (host === undefined || host.dead) throw new NotBegunError(`${id} does not answer.`);
    return await takingIn(host.local, () => host.draining, host.view).invoke(invocation, signal);
  }

  #host(id: HostId): PlacedHost {
    const local = new TestManager();
    const view = new PlacementView(id);
    const { clock } = this;
    const { outlook } = local;
    const provisioned = new ClusterProvisioner(local, view, outlook);
    const exchange = new SummaryExchange({
      view,
      outlook,
      clock,
      facts: () => testFacts,
      life: 1,
      provisioned: () => provisioned.rows(),
      beatNow: () => {
        const bytes = exchange.next();
        if (bytes !== undefined && this.hosts !== undefined) this.#send(id, bytes);
      },
      onBadMessage: (_, error) => {
        throw error;
      },
      heard: () => provisioned.review(),
    });
    const placer = new CallPlacer({ view, outlook, clock, random: () => 0.5, changed: () => undefined });
    const handlers: Record<string, PeerHandler> = { [portionsEndedMethod]: portionsEndedHandler(local) };
    const handlersOf = (host: HostId): Record<string, PeerHandler> =>
      host === id ? handlers : (this.#handlers.get(host) ?? {});
    this.#handlers.set(id, handlers);
    const call = async (host: HostId, method: string, body: unknown): Promise<unknown> =>
      await handlersOf(host)[method]?.(body, id, new AbortController().signal);
    const portions = new PortionsElsewhere({ call }, (_, error) => {
      throw error;
    });
    const elsewhere = {
      invoke: (host: HostId, invocation: Invocation, signal: AbortSignal) => this.#invoke(host, invocation, signal),
    };
    const parts = { local, elsewhere, placing: placer, provisioned, moves: undefined, portions };
    const manager = new ClusterWorkerManager(parts);
    return { id, local, manager, placer, view, exchange, draining: false, dead: false };
  }
}

import { shortName } from '../../../model/short-name.ts';
import type {
  Outlook,
  ProvisionedKey,
  ProvisionedPart,
  ProvisionedState,
  WorkerManager,
} from '../../../worker-manager/contract.ts';
import type { SummaryRow } from '../summary/summary.ts';
import type { PlacementView } from '../view/placement-view.ts';
import { splitProvisioned } from './split.ts';

interface Target {
  readonly key: ProvisionedKey;
  readonly name: number;
  readonly parts: readonly ProvisionedPart[];
  /** What this host keeps of each part, as it was told last. */
  shares: readonly number[];
}

/**
 * What is to be kept ready is a number of the cluster: each host keeps its share. All hosts are told of the same targets, and divide them by the
 * same hosts; where one goes, the others take its share over (`review`).
 */
export class ClusterProvisioner implements Pick<WorkerManager, 'provision' | 'provisioned' | 'removed'> {
  readonly #local: Pick<WorkerManager, 'provision' | 'provisioned'>;
  readonly #view: PlacementView;
  readonly #outlook: Pick<Outlook, 'needsOf'>;
  readonly #targets: Map<number, Target> = new Map();

  constructor(
    local: Pick<WorkerManager, 'provision' | 'provisioned'>,
    view: PlacementView,
    outlook: Pick<Outlook, 'needsOf'>,
  ) {
    this.#local = local;
    this.#view = view;
    this.#outlook = outlook;
  }

  provision(key: ProvisionedKey, parts: readonly ProvisionedPart[]): void {
    const name = nameOf(key);
    if (parts.length === 0) {
      this.#targets.delete(name);
      this.#local.provision(key, []);
      return;
    }
    const target = { key, name, parts, shares: [] };
    this.#targets.set(name, target);
    this.#keep(target);
  }

  /** Of all hosts together, as far as they have told. */
  provisioned(key: ProvisionedKey): ProvisionedState | undefined {
    const target = this.#targets.get(nameOf(key));
    if (target === undefined) return undefined;
    const here = this.#local.provisioned(key);
    const requested = target.parts.reduce((sum, { count }) => sum + count, 0);
    let [ready, failed] = [here?.available ?? 0, here?.status === 'FAILED'];
    for (const host of this.#view.hosts) {
      const row = host.present ? host.provisionedOf(target.name) : undefined;
      ready += row?.a ?? 0;
      failed ||= row?.b === 1;
    }
    const available = Math.min(requested, ready);
    if (available === requested) return { requested, available, status: 'READY' };
    if (!failed) return { requested, available, status: 'IN_PROGRESS' };
    return { requested, available, status: 'FAILED', why: here?.why ?? 'Another host cannot keep its share ready.' };
  }

  removed(account: string, functionName: string, version?: string): void {
    for (const [name, { key, parts }] of this.#targets) {
      const own = parts.some(({ function: fn }) => version === undefined || fn.version === version);
      if (key.account === account && key.functionName === functionName && own) this.#targets.delete(name);
    }
  }

  /** Hosts have come or gone, or have said what they are like. */
  review(): void {
    for (const target of this.#targets.values()) this.#keep(target);
  }

  /** What this host tells of its shares. */
  rows(): readonly SummaryRow[] {
    return Array.from(this.#targets.values(), ({ key, name }) => {
      const state = this.#local.provisioned(key);
      return { key: name, a: state?.available ?? 0, b: state?.status === 'FAILED' ? 1 : 0 };
    });
  }

  #keep(target: Target): void {
    const shares = target.parts.map((part) => this.#shareOf(part));
    if (shares.length === target.shares.length && shares.every((share, nth) => share === target.shares[nth])) return;
    target.shares = shares;
    const parts = target.parts.map((part, nth) => ({ ...part, count: shares[nth] ?? 0 }));
    this.#local.provision(target.key, parts);
  }

  #shareOf({ count, function: fn }: ProvisionedPart): number {
    const { code, kind, memoryMb } = this.#outlook.needsOf(fn);
    const order = this.#view.order(code);
    const able = Array.from({ length: order.length }, (_, place) => order.at(place)).flatMap((host) =>
      host?.present === true && host.canRun(kind, memoryMb) ? [host] : [],
    );
    return splitProvisioned(count, able).get(this.#view.self.id) ?? 0;
  }
}

function nameOf({ account, functionName, qualifier }: ProvisionedKey): number {
  return shortName(`provisioned\0${account}\0${functionName}\0${qualifier}`);
}

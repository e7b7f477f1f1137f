import type { Invocation } from '../../model/invocations/invocation.ts';
import type { HostId, PeerHandler } from '../contract.ts';
import { fieldsOf, textIn } from '../fields.ts';
import type { PortionHosts } from './cluster-worker-manager.ts';
import type { AskOthers, LocalManager } from './contract.ts';
import type { HostView } from './view/host-view.ts';

/** What other hosts are told by, when a program or a group of its portions is over. */
export const portionsEndedMethod = 'placement.portions-ended';
/** Programs with portions elsewhere that are remembered. Beyond, the reaper ends what is idle there, as it would in time. */
const programsMax = 10_000;

/** Knows on which other hosts portions of a program ran, and tells those when they are over. */
export class PortionsElsewhere implements PortionHosts {
  readonly #peers: AskOthers;
  readonly #onUntold: (host: HostId, error: unknown) => void;
  readonly #hosts: Map<string, Set<HostId>> = new Map();

  /** `onUntold`: a host could not be told; its reaper ends them when they have been idle. */
  constructor(peers: AskOthers, onUntold: (host: HostId, error: unknown) => void) {
    this.#peers = peers;
    this.#onUntold = onUntold;
  }

  ran({ function: { account, portion } }: Invocation, host: HostView): void {
    if (portion === undefined) return;
    const key = `${account}\0${portion.program}`;
    let hosts = this.#hosts.get(key);
    if (hosts === undefined) this.#hosts.set(key, (hosts = new Set()));
    hosts.add(host.id);
    if (this.#hosts.size <= programsMax) return;
    for (const oldest of this.#hosts.keys()) {
      this.#hosts.delete(oldest);
      break;
    }
  }

  ended(account: string, program: string, group: string | undefined): void {
    const key = `${account}\0${program}`;
    const body = { account, program, ...(group !== undefined && { group }) };
    for (const host of this.#hosts.get(key) ?? [])
      this.#peers.call(host, portionsEndedMethod, body).catch((error: unknown) => this.#onUntold(host, error));
    if (group === undefined) this.#hosts.delete(key);
  }
}

/** What this host does when it is told. */
export function portionsEndedHandler(local: Pick<LocalManager, 'portionsEnded'>): PeerHandler {
  return async (body) => {
    const fields = fieldsOf(body);
    const group = fields['group'] === undefined ? [] : [textIn(fields, 'group')];
    local.portionsEnded(textIn(fields, 'account'), textIn(fields, 'program'), ...group);
    return undefined;
  };
}

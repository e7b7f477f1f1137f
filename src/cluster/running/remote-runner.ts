import type { Clock } from '../../model/clock.ts';
import type { Invocation, InvocationOutcome } from '../../model/invocations/invocation.ts';
import { Lru } from '../../model/lru.ts';
import type { HostId, Peers } from '../contract.ts';
import { passedOf, runMethod, type RunOrder } from './order.ts';
import { RemoteRun } from './remote-run.ts';
import { namedVersion, ToldVersions } from './versions.ts';

/** Hosts of which is remembered what they were sent. */
const hostsMax = 4_096;

/** Has invocations run on other hosts: there by that host's own worker manager, which passes none on. */
export class RemoteRunner {
  readonly #peers: Pick<Peers, 'open'>;
  readonly #clock: Clock;
  readonly #told = new Lru<ToldVersions>(hostsMax);

  constructor(peers: Pick<Peers, 'open'>, clock: Clock) {
    this.#peers = peers;
    this.#clock = clock;
  }

  /**
   * As `WorkerManager.invoke`, on that host; what that throws there comes out. Beside it NotBegunError where it was not begun and may be run elsewhere; and
   * InstanceLostError where the host is lost after it had begun, or is out of reach and it may have. It is counted, and its log is kept, there.
   */
  async invoke(host: HostId, invocation: Invocation, signal: AbortSignal): Promise<InvocationOutcome> {
    signal.throwIfAborted();
    const version = namedVersion(invocation.function);
    const order = this.#order(host, invocation, version.name, version.bytes);
    return new RemoteRun(this.#peers.open(host, runMethod, order), invocation, version.bytes, signal, this.#clock)
      .outcome;
  }

  #order(host: HostId, invocation: Invocation, name: string, version: Uint8Array): RunOrder {
    const { watcher, answer, cancel, receivedAt } = invocation;
    const told = this.#told.get(host) ?? new ToldVersions();
    this.#told.set(host, told, 1);
    return {
      ...passedOf(invocation),
      function: name,
      ...(told.isNews(name) && { version }),
      spentMs: Math.max(0, this.#clock.now() - receivedAt),
      watched: watcher !== undefined,
      answered: answer !== undefined,
      cancellable: cancel !== undefined,
    };
  }
}

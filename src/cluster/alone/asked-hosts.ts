import type { Clock, Timer } from '../../model/clock.ts';
import type { HostId, Leases, Peers } from '../contract.ts';
import { fieldsOf, listIn, textIn } from '../fields.ts';

/** Who has a lease, as a host knows it. */
export interface Holder {
  readonly name: string;
  readonly host: HostId;
  readonly epoch: bigint;
}

const method = 'alone.holders';
const askEveryMs = 1_000;
const answerMsMax = 2_000;
/** Who has not answered for so long is not there, ms. */
const silentMsMax = 5_000;
const holdersMax = 1_000;

/** Answers hosts that were started without NATS. `names`: of the leases that they want to know of. Before the listener for other hosts opens. */
export function serveHolders(
  peers: Pick<Peers, 'serve'>,
  leases: Pick<Leases, 'holderOf'>,
  names: readonly string[],
): void {
  peers.serve(method, async () => ({
    holders: names.flatMap((name) => {
      const holder = leases.holderOf(name);
      return holder === undefined ? [] : [{ name, host: holder.host, epoch: String(holder.epoch) }];
    }),
  }));
}

/** What {@link AskedHosts} work with. */
export interface AskedParts {
  /** The others, as they were known last. */
  readonly hosts: readonly HostId[];
  readonly peers: Pick<Peers, 'call'>;
  readonly clock: Clock;
}

/** Other hosts as one sees them that has no NATS: each is asked, again and again, and says who has which lease. */
export class AskedHosts implements Disposable {
  readonly #parts: AskedParts;
  readonly #answers: Map<HostId, { readonly at: number; readonly holders: readonly Holder[] }> = new Map();
  readonly #listeners: Set<() => void> = new Set();
  readonly #over = new AbortController();
  #timer: Timer | undefined;

  constructor(parts: AskedParts) {
    this.#parts = parts;
  }

  begin(): void {
    void this.#askAll();
  }

  isThere(host: HostId): boolean {
    const answer = this.#answers.get(host);
    return answer !== undefined && this.#parts.clock.now() - answer.at < silentMsMax;
  }

  /** As the newest of those says who are there; of a holder that is not there nobody can tell. */
  holderOf(name: string): { readonly host: HostId; readonly epoch: bigint } | undefined {
    let newest: Holder | undefined;
    for (const [host, { holders }] of this.#answers) {
      if (!this.isThere(host)) continue;
      const said = holders.find((one) => one.name === name);
      if (said !== undefined && said.epoch > (newest?.epoch ?? 0n)) newest = said;
    }
    return newest !== undefined && this.isThere(newest.host) ? { host: newest.host, epoch: newest.epoch } : undefined;
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  [Symbol.dispose](): void {
    this.#over.abort();
    this.#timer?.[Symbol.dispose]();
  }

  async #askAll(): Promise<void> {
    const { hosts, clock } = this.#parts;
    await Promise.all(hosts.map(async (host) => await this.#ask(host)));
    if (this.#over.signal.aborted) return;
    for (const listener of [...this.#listeners]) listener();
    this.#timer = clock.timer(askEveryMs, () => void this.#askAll());
  }

  async #ask(host: HostId): Promise<void> {
    const { peers, clock } = this.#parts;
    const signal = AbortSignal.any([this.#over.signal, AbortSignal.timeout(answerMsMax)]);
    try {
      const answer = fieldsOf(await peers.call(host, method, {}, signal));
      const holders = listIn(answer, 'holders', holdersMax).map(holderIn);
      this.#answers.set(host, { at: clock.now(), holders });
    } catch {
      // It is asked again, and not there meanwhile.
    }
  }
}

function holderIn(value: unknown): Holder {
  const fields = fieldsOf(value);
  return { name: textIn(fields, 'name'), host: textIn(fields, 'host'), epoch: BigInt(textIn(fields, 'epoch')) };
}

import type { Logger } from 'pino';
import type { Homes, Membership, Peers } from '../../cluster/contract.ts';
import { fieldsOf, fieldsOrNone, flagIn, listIn, numberIn, textIn } from '../../cluster/fields.ts';
import type { OtherHosts, SeenCall, TriggerWatch } from '../../frontend/triggers/trigger-watch.ts';
import type { Clock, Timer } from '../../model/clock.ts';
import { readTrigger, wireOfTrigger } from '../calls/kept-trigger.ts';

const methods = { gather: 'triggers.gather', seen: 'triggers.seen' } as const;

/** Calls of an account are told to its home for so long after it has asked for them last, ms: what is usual without a notification is learned from them. */
const watchMs = 86_400_000;
/** What was seen is told so long after, together, ms. */
const tellMs = 250;
/** Calls of an account that wait to be told; more are not learned from. */
const waitingMax = 2_000;
/** Accounts that are watched at a time. */
const accountsMax = 10_000;
/** How long another host may take, ms: who notifies waits for it. */
const askMs = 1_000;
const keptMax = 100_000;

/** What triggers of a cluster are exchanged with. */
export interface TriggerExchangeParts {
  readonly triggers: TriggerWatch;
  readonly membership: Pick<Membership, 'self' | 'alive'>;
  readonly homes: Pick<Homes, 'homeOf'>;
  readonly peers: Pick<Peers, 'call' | 'serve'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Waiting = Omit<SeenCall, 'agoMs'> & { readonly at: number };

interface Watched {
  until: number;
  waiting: Waiting[];
}

/**
 * Triggers of an account are known to its home. Each host tells that of the calls that came to it, once it was asked to: a home asks all when it is notified, for what they have not told yet, too, so
 * that it knows them before. What was learned is at one host: another gives it away when the home asks. Nothing of this is kept from failing: what is lost is learned later.
 */
export class TriggerExchange implements OtherHosts, Disposable {
  readonly #parts: TriggerExchangeParts;
  readonly #watched: Map<string, Watched> = new Map();
  #timer: Timer | undefined;

  constructor(parts: TriggerExchangeParts) {
    this.#parts = parts;
    const { peers, triggers } = parts;
    peers.serve(methods.gather, async (asked) => this.#gathered(asked));
    peers.serve(methods.seen, async (told) => {
      const fields = fieldsOf(told);
      triggers.seen(textIn(fields, 'account'), callsIn(fields));
      return {};
    });
  }

  async gather(account: string): Promise<void> {
    const { membership, peers, triggers, clock, logger } = this.#parts;
    const isKnown = triggers.book.watches(account);
    const others = membership.alive().filter(({ id }) => id !== membership.self.id);
    const signal = AbortSignal.timeout(askMs);
    await Promise.all(
      others.map(async ({ id }) => {
        try {
          const answer = fieldsOf(await peers.call(id, methods.gather, { account, give: !isKnown }, signal));
          triggers.book.restore(listIn(answer, 'kept', keptMax).flatMap(readTrigger), clock.now());
          triggers.seen(account, callsIn(answer));
        } catch (err) {
          logger.debug({ err, host: id }, 'A host did not tell what it has seen of calls after notifications.');
        }
      }),
    );
    const own = this.#watched.get(account);
    if (own === undefined) return;
    // It was another's home until now.
    triggers.seen(account, this.#taken(own));
    this.#watched.delete(account);
  }

  watches(account: string): boolean {
    return this.#watched.has(account);
  }

  called(account: string, name: string): (containerId: string | undefined) => void {
    this.#add(account, { name, at: this.#parts.clock.now() });
    return (containerId) => this.#add(account, { name, at: this.#parts.clock.now(), ended: { containerId } });
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  #gathered(asked: unknown): object {
    const { clock, triggers } = this.#parts;
    const fields = fieldsOf(asked);
    const account = textIn(fields, 'account');
    const now = clock.now();
    for (const [other, { until }] of this.#watched) if (until <= now) this.#watched.delete(other);
    const watched = this.#watched.get(account) ?? { until: 0, waiting: [] };
    watched.until = now + watchMs;
    const calls = this.#taken(watched);
    if (this.#watched.size < accountsMax) this.#watched.set(account, watched);
    if (!flagIn(fields, 'give')) return { calls, kept: [] };
    const kept = triggers.book.keptOf(account).map(wireOfTrigger);
    triggers.book.forget(account);
    return { calls, kept };
  }

  #add(account: string, call: Waiting): void {
    const watched = this.#watched.get(account);
    if (watched === undefined || watched.waiting.length >= waitingMax) return;
    watched.waiting.push(call);
    this.#timer ??= this.#parts.clock.timer(tellMs, () => {
      this.#timer = undefined;
      for (const [each, { waiting }] of this.#watched) if (waiting.length > 0) void this.#tell(each);
    });
  }

  async #tell(account: string): Promise<void> {
    const { homes, peers, triggers, logger } = this.#parts;
    const watched = this.#watched.get(account);
    const home = homes.homeOf(account);
    if (watched === undefined || home.at === 'nowhere') return;
    const calls = this.#taken(watched);
    if (home.at === 'here') return triggers.seen(account, calls);
    try {
      await peers.call(home.host, methods.seen, { account, calls }, AbortSignal.timeout(askMs));
    } catch (err) {
      logger.debug({ err, host: home.host }, 'A home was not told what was seen of calls after notifications.');
    }
  }

  #taken(watched: Watched): readonly SeenCall[] {
    const now = this.#parts.clock.now();
    const calls = watched.waiting.map(({ at, ...call }) => ({ ...call, agoMs: now - at }));
    watched.waiting = [];
    return calls;
  }
}

function callsIn(fields: ReturnType<typeof fieldsOf>): readonly SeenCall[] {
  return listIn(fields, 'calls', waitingMax).map((value) => {
    const call = fieldsOf(value);
    const seen = { name: textIn(call, 'name'), agoMs: numberIn(call, 'agoMs') };
    if (call['ended'] === undefined || call['ended'] === null) return seen;
    const { containerId } = fieldsOrNone(call['ended']);
    return { ...seen, ended: { containerId: typeof containerId === 'string' ? containerId : undefined } };
  });
}

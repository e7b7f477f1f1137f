import type { Clock, Timer } from '../../model/clock.ts';
import type { HostLoad, HostStock, Outlook } from '../../worker-manager/contract.ts';
import type { HostId } from '../contract.ts';
import { stateOf } from './call-placer.ts';
import { Pace, urgentMsMin } from './summary/pace.ts';
import { isFormatError, SummaryReceiver } from './summary/receiver.ts';
import { SummarySender } from './summary/sender.ts';
import {
  coarse,
  rowsMax,
  summaryBytesMax,
  type HostFacts,
  type HostSummary,
  type SummaryRow,
} from './summary/summary.ts';
import type { PlacementView } from './view/placement-view.ts';

/** A change of what is wanted of this part of the processors is told before the next beat. */
const bigChange = 0.25;
/** Of hosts that ask for whole summaries, so many are listed. */
const asksMax = 64;

/** What summaries are made of, and who hears of them. */
export interface SummaryExchangeOptions {
  readonly view: PlacementView;
  readonly outlook: Outlook;
  readonly clock: Clock;
  /** The same object as long as nothing is different. */
  readonly facts: () => HostFacts;
  /** A number below 2^32 that no earlier start of this host had. */
  readonly life: number;
  readonly provisioned: () => readonly SummaryRow[];
  /** Has a beat sent now. */
  readonly beatNow: () => void;
  /** Another host's message is none. */
  readonly onBadMessage: (host: HostId, error: Error) => void;
  /** A host has said what it is like, or how it is has changed. */
  readonly heard: () => void;
}

/**
 * This host's summary to the others, and theirs into the {@link PlacementView}. `next` is asked with each beat, `take` told of each that comes, `changed`
 * called where something may be worth a beat of its own. What is sent is bounded by `pace.ts`.
 */
export class SummaryExchange {
  readonly #o: SummaryExchangeOptions;
  readonly #sender: SummarySender;
  readonly #receivers: Map<HostId, SummaryReceiver> = new Map();
  readonly #asks: Set<number> = new Set();
  readonly #pace = new Pace();
  readonly #hash: number;
  #facts: HostFacts;
  #wantedTold = 0;
  #bytes = 0;
  #soon: Timer | undefined;
  /** Bytes and messages that were sent, for metrics. */
  readonly sent: { bytes: number; messages: number } = { bytes: 0, messages: 0 };

  constructor(options: SummaryExchangeOptions) {
    this.#o = options;
    this.#sender = new SummarySender(options.life);
    this.#hash = options.view.self.hash;
    this.#facts = options.facts();
    options.view.self.begin(this.#facts);
  }

  /** Bytes for the next beat; none where nothing more may be said yet. */
  next(): Uint8Array | undefined {
    const { clock, outlook } = this.#o;
    const now = clock.now();
    this.#lookAtFacts();
    const summary = this.#summary(outlook.stock());
    const rows = summary.tables.codes.length;
    if (!this.#pace.may(this.#bytes, rows, now)) return undefined;
    const bytes = this.#sender.next(summary, [...this.#asks].slice(0, asksMax), now);
    this.#asks.clear();
    this.#bytes = bytes.length;
    this.#wantedTold = summary.state.wanted;
    this.#pace.said(bytes.length, now);
    this.sent.bytes += bytes.length;
    this.sent.messages += 1;
    return bytes;
  }

  /** What came from another host. */
  take(from: HostId, bytes: Uint8Array): void {
    const { clock, heard, onBadMessage, view } = this.#o;
    if (from === view.self.id) return;
    const host = view.host(from);
    let receiver = this.#receivers.get(from);
    if (receiver === undefined) this.#receivers.set(from, (receiver = new SummaryReceiver(host)));
    try {
      if (bytes.length > summaryBytesMax) throw new RangeError(`A summary has ${bytes.length} bytes.`);
      const { asks, received } = receiver.take(bytes);
      if (received === 'needs-whole') this.#asks.add(host.hash);
      if (received === 'taken' || received === 'needs-whole') host.heardAt = clock.now();
      if (asks.includes(this.#hash)) this.#wanted();
      heard();
    } catch (error) {
      if (!isFormatError(error) && !(error instanceof RangeError)) throw error;
      onBadMessage(from, error);
    }
  }

  /** Another host is there that has heard nothing yet. */
  joined(): void {
    this.#wanted();
  }

  /** It will not come back. */
  gone(host: HostId): void {
    this.#receivers.delete(host);
    this.#o.view.remove(host);
  }

  /** Calls have come or gone: where that makes a difference to others, they are told before the next beat. */
  changed(): void {
    if (this.#soon !== undefined) return;
    this.#soon = this.#o.clock.timer(urgentMsMin, () => {
      this.#soon = undefined;
      const { load } = this.#o.outlook;
      if (this.#isBig(load) && this.#pace.mayBeUrgent(this.#o.clock.now())) this.#o.beatNow();
    });
  }

  [Symbol.dispose](): void {
    this.#soon?.[Symbol.dispose]();
  }

  #wanted(): void {
    this.#sender.want();
    if (this.#pace.mayBeUrgent(this.#o.clock.now())) this.#o.beatNow();
  }

  #isBig({ processors, wanted }: HostLoad): boolean {
    return Math.abs(wanted - this.#wantedTold) >= bigChange * processors;
  }

  #lookAtFacts(): void {
    const facts = this.#o.facts();
    if (facts === this.#facts) return;
    this.#facts = facts;
    this.#o.view.self.begin(facts);
    this.#sender.want();
  }

  #summary({ codes, owners, warm }: HostStock): HostSummary {
    const { outlook, provisioned, view } = this.#o;
    const facts = this.#facts;
    const codeRows = Array.from(codes, ({ busy, code, idle }) => ({ key: code, a: coarse(idle), b: coarse(busy) }));
    // Where not all can be told, those that are used most.
    if (codeRows.length > rowsMax) codeRows.sort((one, other) => other.a + other.b - one.a - one.b);
    const ownerRows: SummaryRow[] = [];
    for (const { blanks, owner } of owners) {
      let [kinds, count] = [0, 0];
      for (const [kind, blank] of blanks) {
        const place = facts.kinds.indexOf(kind);
        if (place < 0) continue;
        kinds += 2 ** place;
        count += blank;
      }
      if (count > 0) ownerRows.push({ key: owner, a: kinds, b: coarse(count) });
    }
    const state = stateOf(outlook.load, view.self.present);
    view.self.live(state);
    return {
      facts,
      state,
      warm: facts.kinds.map((kind) => warmOf(warm, kind)),
      tables: { codes: codeRows.slice(0, rowsMax), owners: ownerRows.slice(0, rowsMax), provisioned: provisioned() },
    };
  }
}

function warmOf(warm: HostStock['warm'], kind: string): number {
  for (const [each, count] of warm) if (each === kind) return coarse(count);
  return 0;
}

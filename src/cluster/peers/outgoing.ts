import type { Clock } from '../../model/clock.ts';
import { CapacityError, StoppingError } from '../../model/errors.ts';
import { PeerLostError, type HostId, type HostRecord } from '../contract.ts';
import type { HostCertificate } from './certificate.ts';
import { connectTo } from './connect.ts';
import { LinkStream } from './link/link-stream.ts';
import { Link } from './link/link.ts';
import { peerLimits } from './peer-limits.ts';
import { askForLink } from './upgrade.ts';

/** What was begun before the link was there. */
interface Waiting {
  readonly stream: LinkStream;
  readonly method: string;
  readonly opening: Uint8Array;
}

/** Where another host is, and whether it is there: undefined where it is not. */
export type FindAlive = () => HostRecord | undefined;

/**
 * This host's link to another one: made when it is needed first, and again when it was lost. While one cannot be made, what wants it is refused at once, and a new one is
 * tried after a while, each time a longer one.
 */
export class OutgoingLink {
  readonly #host: HostId;
  readonly #own: HostCertificate;
  readonly #clock: Clock;
  readonly #find: FindAlive;
  #link: Link | undefined;
  /** Which record a link is of, or is being made of. */
  #record: HostRecord | undefined;
  #waiting: Waiting[] | undefined;
  /** A connection is being made for longer than anybody waits for it. */
  #late = false;
  #failures = 0;
  #notBefore = 0;
  #why = '';
  #closed = false;

  constructor(host: HostId, own: HostCertificate, clock: Clock, find: FindAlive) {
    this.#host = host;
    this.#own = own;
    this.#clock = clock;
    this.#find = find;
  }

  /** There is a connection. */
  get isUp(): boolean {
    return this.#link !== undefined;
  }

  /** Begins a conversation: where none comes about, it ends with what is known of why. Throws CapacityError. */
  open(method: string, opening: Uint8Array): LinkStream {
    const stream = new LinkStream(this.#host);
    if (this.#link !== undefined && !this.#link.silent) {
      this.#link.begin(stream, method, opening);
      return stream;
    }
    const why = this.#closed ? 'this host is stopping.' : this.#whyNot();
    if (why !== undefined) {
      stream.lost(new PeerLostError(`Host ${this.#host} was not asked: ${why}`, { unsent: true }));
      return stream;
    }
    if ((this.#waiting?.length ?? 0) >= peerLimits.streamsMax)
      throw new CapacityError(`${peerLimits.streamsMax} conversations wait for a connection to ${this.#host}.`, 1);
    const waiting = (this.#waiting ??= this.#dial());
    waiting.push({ stream, method, opening });
    return stream;
  }

  /** Looks whether the other host is still there, and the same. */
  look(): void {
    const record = this.#find();
    if (record?.certificate !== this.#record?.certificate || record?.startedAt !== this.#record?.startedAt) {
      // Another life of it: what was found out of the one before says nothing.
      this.#failures = 0;
      this.#notBefore = 0;
    }
    if (record !== undefined && record.certificate === this.#record?.certificate) return;
    this.#drop(new PeerLostError(`Host ${this.#host} is not there any more.`));
  }

  /** Ends it, and what is on it. */
  close(): void {
    this.#closed = true;
    this.#drop(new PeerLostError('This host is stopping.', { cause: new StoppingError('This host is stopping.') }));
  }

  #drop(error: PeerLostError): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#late = false;
    for (const { stream } of waiting ?? []) stream.lost(new PeerLostError(error.message, { unsent: true }));
    this.#link?.close(error);
  }

  #whyNot(): string | undefined {
    if (this.#link !== undefined) return 'it is not heard at the moment.';
    if (this.#late) return `there is no connection after ${peerLimits.dialWaitMsMax} ms.`;
    if (this.#waiting !== undefined) return undefined;
    if (this.#find() === undefined) return 'it is not there.';
    const leftMs = this.#notBefore - this.#clock.now();
    return leftMs > 0 ? `${this.#why} It is tried again in ${Math.ceil(leftMs)} ms.` : undefined;
  }

  #dial(): Waiting[] {
    const waiting: Waiting[] = [];
    const record = this.#find();
    this.#record = record;
    if (record === undefined) throw new Error(`Host ${this.#host} is not there.`);
    const timer = this.#clock.timer(peerLimits.dialWaitMsMax, () => this.#waitsNoLonger(waiting));
    connectTo(record, this.#own)
      .then((socket) => askForLink(socket, record))
      .finally(() => timer[Symbol.dispose]())
      .then(
        (socket) => this.#dialled(socket, waiting),
        (error: unknown) => this.#failed(error, waiting),
      );
    return waiting;
  }

  #waitsNoLonger(waiting: Waiting[]): void {
    if (this.#waiting !== waiting) return;
    this.#late = true;
    const why = `Host ${this.#host} was not asked: there is no connection after ${peerLimits.dialWaitMsMax} ms.`;
    for (const { stream } of waiting.splice(0)) stream.lost(new PeerLostError(why, { unsent: true }));
  }

  #dialled(socket: Awaited<ReturnType<typeof askForLink>>, waiting: readonly Waiting[]): void {
    // Nobody wants it any more: the host was not there for a moment.
    if (this.#waiting !== waiting) return void socket.destroy();
    this.#waiting = undefined;
    this.#late = false;
    this.#failures = 0;
    const link = new Link(socket, {
      host: this.#host,
      clock: this.#clock,
      onEnd: () => {
        if (this.#link === link) this.#link = undefined;
      },
    });
    this.#link = link;
    for (const { stream, method, opening } of waiting)
      try {
        link.begin(stream, method, opening);
      } catch (error) {
        stream.end(error instanceof Error ? error : new Error(String(error)));
      }
  }

  #failed(error: unknown, waiting: readonly Waiting[]): void {
    if (this.#waiting !== waiting) return;
    this.#waiting = undefined;
    this.#late = false;
    const lost =
      error instanceof PeerLostError ? error : new PeerLostError(String(error), { cause: error, unsent: true });
    const { backoffMs, backoffMsMax } = peerLimits;
    this.#notBefore = this.#clock.now() + Math.min(backoffMsMax, backoffMs * 2 ** Math.min(this.#failures++, 16));
    this.#why = lost.message;
    for (const { stream } of waiting) stream.lost(lost);
  }
}

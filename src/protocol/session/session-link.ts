import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { encodeFrame } from '../framing/encode.ts';
import { atEndOfTurn } from '../platform/turn.ts';

/** A connection that takes bytes. */
export interface Wire {
  send(bytes: Uint8Array): void;
  /** `moved`: its client need not come back for this session, and can begin another one at once. */
  close(why?: 'moved'): void;
}

/** The other side is told what came through after so many messages at the latest … */
const ackMessages = 64;
/** … and so many bytes. */
const ackBytes = 262_144;
/** Frames leave together, up to so many bytes: both sides refuse larger pieces than one frame can make. */
const pieceBytes = 1_048_576;

/**
 * One end of a session: messages in order, each delivered once, over one connection after the other. What was sent is
 * kept until the other side says that it came through, and sent again where a connection broke before.
 *
 * Both sides count the messages that they deliver. `hello`, `welcome` and `received` are not counted: `control` sends them.
 *
 * This room is what a client of threads and the service say to each other, and the sdk and the frontend both use: what there is to say is in
 * `session-messages.ts`, `parse-session.ts` rebuilds what comes in, and this has it come through; `session-socket.ts` and `embedded.ts` are the two ways there.
 */
export class SessionLink {
  readonly #unacknowledged: Buffer[] = [];
  #unacknowledgedBytes = 0;
  #acknowledged = 0;
  #received = 0;
  #toAcknowledge = 0;
  #bytesToAcknowledge = 0;
  #wire: Wire | undefined;
  #batch: Buffer[] = [];
  #left = 0;
  #waiting: (() => void)[] = [];

  /** How many messages of the other side were delivered. */
  get received(): number {
    return this.#received;
  }

  /** How many messages were sent from here, from the first on. */
  get sent(): number {
    return this.#acknowledged + this.#unacknowledged.length;
  }

  /** How many of them were given to a connection; the other side may have them. */
  get left(): number {
    return this.#left;
  }

  get connected(): boolean {
    return this.#wire !== undefined;
  }

  /** Goes on over `wire`, the other side having delivered so many messages. Throws ProtocolError if that cannot be. */
  connect(wire: Wire, delivered: number): void {
    this.acknowledged(delivered);
    this.#batch = [...this.#unacknowledged];
    this.#wire = wire;
    this.#flush();
  }

  /** What is sent is kept until there is a connection again. */
  disconnect(): void {
    this.#wire = undefined;
    this.#batch = [];
  }

  /** There will be no other connection: nobody waits any more. */
  end(): void {
    this.disconnect();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Throws ProtocolError where the other side has not taken what it was sent for too long. */
  send(message: object): void {
    const frame = Buffer.concat(encodeFrame(message));
    this.#unacknowledged.push(frame);
    this.#unacknowledgedBytes += frame.length;
    if (this.#unacknowledgedBytes > limits.sessionUnsentBytesMax)
      throw new ProtocolError(
        `More than ${limits.sessionUnsentBytesMax} bytes of a session were not taken by the other side.`,
      );
    this.#enqueue(frame);
  }

  /** So much is on its way that whoever can wait should, until `drained`. */
  get crowded(): boolean {
    return this.#unacknowledgedBytes >= limits.sessionWindowBytes;
  }

  /** Resolves when little is on its way. */
  drained(): Promise<void> {
    if (!this.crowded) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** A counted message of the other side, `bytes` long, was delivered. Says so now and then. */
  delivered(bytes: number): void {
    this.#received += 1;
    this.#toAcknowledge += 1;
    this.#bytesToAcknowledge += bytes;
    if (this.#toAcknowledge >= ackMessages || this.#bytesToAcknowledge >= ackBytes) this.acknowledge();
  }

  /** Says what was delivered, if that is news. */
  acknowledge(): void {
    if (this.#toAcknowledge === 0 || this.#wire === undefined) return;
    this.#toAcknowledge = 0;
    this.#bytesToAcknowledge = 0;
    this.#enqueue(Buffer.concat(encodeFrame({ type: 'received', count: this.#received })));
  }

  /** The other side has delivered so many. */
  acknowledged(count: number): void {
    const fresh = count - this.#acknowledged;
    if (fresh < 0 || fresh > this.#unacknowledged.length)
      throw new ProtocolError(`The other side of a session says that ${count} messages came through, which cannot be.`);
    this.#acknowledged = count;
    for (const frame of this.#unacknowledged.splice(0, fresh)) this.#unacknowledgedBytes -= frame.length;
    if (!this.crowded) for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Frames of one turn leave together. */
  #enqueue(frame: Buffer): void {
    if (this.#wire === undefined) return;
    this.#batch.push(frame);
    if (this.#batch.length === 1) atEndOfTurn(() => this.#flush());
  }

  #flush(): void {
    const batch = this.#batch;
    this.#batch = [];
    // All that is sent is in the batch, or was before.
    if (this.#wire !== undefined) this.#left = this.sent;
    for (let from = 0; from < batch.length && this.#wire !== undefined;) {
      let to = from;
      let bytes = 0;
      for (; to < batch.length && (to === from || bytes + sizeOf(batch[to]) <= pieceBytes); to++)
        bytes += sizeOf(batch[to]);
      const piece = batch.slice(from, to);
      this.#wire.send(piece.length === 1 && piece[0] !== undefined ? piece[0] : Buffer.concat(piece, bytes));
      from = to;
    }
  }
}

function sizeOf(frame: Buffer | undefined): number {
  return frame?.length ?? 0;
}

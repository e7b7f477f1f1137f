import type { Logger } from 'pino';
import type { Lease } from '../contract.ts';
import type { HomeRoom, OpenHome } from './room.ts';

/** A shard whose lease this host has: being opened, open, being left, or dropped. */
export class HeldShard {
  readonly shard: number;
  readonly lease: Lease;
  readonly #logger: Logger;
  readonly #open: OpenHome[] = [];
  #isOpen = false;
  #leaving: Promise<void> | undefined;
  #dropping: Promise<void> | undefined;

  constructor(shard: number, lease: Lease, logger: Logger) {
    this.shard = shard;
    this.lease = lease;
    this.#logger = logger;
  }

  /** Requests for it are answered here. */
  get isOpen(): boolean {
    return this.#isOpen && this.#leaving === undefined && this.#dropping === undefined;
  }

  get isLeaving(): boolean {
    return this.#leaving !== undefined;
  }

  get used(): boolean {
    return this.#open.some(({ used }) => used);
  }

  get busy(): boolean {
    return this.#open.some(({ busy }) => busy === true);
  }

  /** Throws where a room cannot be opened, or the lease was lost meanwhile; not where it was suspended. */
  async open(rooms: readonly HomeRoom[]): Promise<void> {
    for (const room of rooms) {
      const open = await room.open(this.shard, this.lease);
      this.#open.push(open);
      if (this.#dropping !== undefined || this.lease.over.aborted) {
        await open.drop();
        throw new Error(`The lease of shard ${this.shard} was lost while it was opened.`);
      }
    }
    this.#isOpen = true;
  }

  /** Ends it for another host to go on with, and gives its lease back. */
  leave(): Promise<void> {
    return (this.#leaving ??= this.#leave());
  }

  /** Ends it at once. Never rejects. */
  drop(): Promise<void> {
    return (this.#dropping ??= this.#each((open) => open.drop()));
  }

  async #leave(): Promise<void> {
    if (this.#dropping === undefined) await this.#each((open) => open.leave());
    else await this.#dropping;
    await this.lease.release().catch((err: unknown) => {
      this.#logger.warn(
        { err, shard: this.shard },
        'A lease could not be given back; others have it when it has run out.',
      );
    });
  }

  async #each(end: (open: OpenHome) => Promise<void>): Promise<void> {
    for (const open of this.#open.toReversed())
      await end(open).catch((err: unknown) => {
        this.#logger.error(
          { err, shard: this.shard },
          'What a shard of accounts had here could not be ended in order.',
        );
      });
  }
}

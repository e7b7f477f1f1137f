import type { Lease } from '../contract.ts';

/** Something that is at the home of accounts: their events, or what their threads share. */
export interface HomeRoom {
  /**
   * This host is a shard's home from now on: brings to life what is kept of it. Requests for it wait until this resolves; where it rejects, the shard is given up. `lease.over`
   * fires when it is lost. While it is suspended what is kept stays, and nothing is done with it.
   */
  open(shard: number, lease: Lease): Promise<OpenHome>;
}

/** A shard's part of a room. */
export interface OpenHome {
  /** Whether anything is kept in it. */
  readonly used: boolean;
  /** Something is under way in it that would be lost if another host went on with it: then it stays, unless this one goes. */
  readonly busy?: boolean;
  /** Another host is to go on with it: accepts nothing more, and resolves when what was accepted is where the next home finds it. */
  leave(): Promise<void>;
  /** It was lost: nothing more of it may run here, from now on. */
  drop(): Promise<void>;
}

import type { Clock } from '../../../model/clock.ts';
import type { Homes } from '../../contract.ts';
import type { Ask, SharedLimits } from '../contract.ts';
import type { HostLiveness } from './touch.ts';

/** What the home of accounts' limits works with. */
export interface LimitHomeOptions {
  readonly clock: Clock;
  readonly hosts: HostLiveness;
  readonly homes: Pick<Homes, 'homeOf'>;
  readonly ask: Ask;
  readonly limitsOf: (account: string) => SharedLimits;
  /** This host has become the home of an account, and speaks for it from now on. */
  readonly leads: (account: string) => void;
  /** Resolves when this host holds to what the state's log has up to a position, or (without one) had when it was asked; rejects where that takes too long. */
  readonly reached: (position?: bigint) => Promise<void>;
}

/** What was counted, since the start. */
export interface LimitHomeCounts {
  claims: number;
  refused: number;
  looks: number;
  lookFailures: number;
  expired: number;
}

import type { Clock } from '../../../model/clock.ts';
import type { Homes } from '../../contract.ts';
import type { Ask, SharedLimits } from '../contract.ts';
import type { KnownHosts } from './touch.ts';

/** What the home of accounts' limits works with. */
export interface LimitHomeOptions {
  readonly clock: Clock;
  readonly hosts: KnownHosts;
  readonly homes: Pick<Homes, 'homeOf'>;
  readonly ask: Ask;
  readonly limitsOf: (account: string) => SharedLimits;
}

/** What was counted, since the start. */
export interface LimitHomeCounts {
  claims: number;
  refused: number;
  looks: number;
  lookFailures: number;
  expired: number;
}

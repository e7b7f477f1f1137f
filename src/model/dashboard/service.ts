import type { Prices } from '../accounts/prices.ts';

/** The one row of the topic `service`, under the key `service`: what the page's frame needs to know. */
export interface ServiceRow {
  readonly version: string;
  readonly driver: string;
  readonly region: string;
  readonly account: string;
  /** Whether the account is the operator's. */
  readonly operator: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  /** What is taken for what functions use, where whoever runs the service says so. */
  readonly prices?: Prices;
  /** Topics of which there is something for this account: pages of others are not offered. */
  readonly there: readonly string[];
}

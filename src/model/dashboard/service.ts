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
  /** Topics of which there is something for this account: pages of others are not offered. */
  readonly there: readonly string[];
}

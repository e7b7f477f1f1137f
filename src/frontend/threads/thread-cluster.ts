import type { TenureOf } from '../../sharing/lifetime/tenure.ts';

/** What threads have to do with other hosts, of a service that has some: sessions of an account are at one of them, for as long as that is its home. */
export interface ThreadCluster {
  /** The name of the host of this id; of this one where none is given. */
  readonly hostName: (id: string | undefined) => string;
  /** Where its hosts listen for clients. */
  urls(): readonly string[];
  /** `listener` is called whenever that has changed. */
  onHosts(listener: () => void): void;
  /** For how long this host has an account's sessions, and what its threads share. Over where it has not. */
  readonly tenureOf: TenureOf;
  /** `listener` is called when a tenure has ended, as soon as this host knows of it. */
  onOver(listener: () => void): void;
}

import type { SecretPlace } from './secret-use.ts';

/** A secret, opened for the moment in which a request goes out. */
export interface OpenedSecret {
  readonly value: string;
  /** Where alone it may be sent, whatever a function says; none: anywhere. */
  readonly places: readonly SecretPlace[];
  /** PEM: who alone may have signed those hosts' certificates; not said: whom this machine trusts. */
  readonly authority?: string;
}

/** What is to be known of a secret, its value apart. */
export interface SecretFacts {
  readonly name: string;
  readonly places: readonly SecretPlace[];
  /** Whether its hosts' certificates must be from an authority of its own. */
  readonly authority: boolean;
  /** 1, and one more with every new value. */
  readonly version: number;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly changedAt: number;
  /** Requests that it was put into since the service started, and when the last one was. */
  readonly uses: number;
  readonly usedAt?: number;
}

/** Secrets of accounts. Values go in, and come out only into requests. */
export interface SecretBook {
  /** What it is now; undefined where there is none, or none any more. Throws where it cannot be decrypted. */
  open(account: string, name: string): OpenedSecret | undefined;
  /** It was put into a request. */
  used(account: string, name: string, wallMs: number): void;
  list(account: string): readonly SecretFacts[];
}

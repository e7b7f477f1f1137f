/** How an event comes in. */
export const ways = ['async', 'queue'] as const;
export type Way = (typeof ways)[number];

/**
 * What happened, as those saw it who are no part of the cluster: clients, the function that runs (which tells a server of the test), those who held a lock (which tell it
 * too), and whoever did the damage. In the order in which it was seen; times are the test's own, ms.
 */
export type Happening =
  | { readonly what: 'submitted'; readonly id: string; readonly way: Way; readonly host: number; readonly atMs: number }
  /** A host has said that the cluster has it. */
  | { readonly what: 'acknowledged'; readonly id: string; readonly atMs: number }
  /** Nobody knows whether it has. */
  | { readonly what: 'unanswered'; readonly id: string; readonly why: string }
  /** A host has said that it is not taken. */
  | { readonly what: 'refused'; readonly id: string; readonly why: string }
  | { readonly what: 'ran'; readonly id: string; readonly delivery: string; readonly atMs: number }
  | { readonly what: 'dead-lettered'; readonly id: string }
  /** A synchronous invocation, once it is over. */
  | Called
  /** A holder wrote under a lock, with its token; whether the register took it. */
  | {
      readonly what: 'wrote';
      readonly lock: string;
      readonly token: bigint;
      readonly holder: string;
      readonly taken: boolean;
    }
  /** From now on something is broken, or no longer. `dead`: machines whose hosts are asked in vain meanwhile; `apart`: those that are there, and not for the others. */
  | {
      readonly what: 'fault-began';
      readonly atMs: number;
      readonly dead: readonly number[];
      readonly apart: readonly number[];
    }
  | { readonly what: 'fault-ended'; readonly atMs: number };

/** A synchronous invocation. `machine`: whose host was asked. */
export interface Called {
  readonly what: 'called';
  readonly machine: number;
  readonly beganMs: number;
  readonly tookMs: number;
  /** `answered`: by the function. `refused`: the host said no, with an error. `broken`: no answer came. */
  readonly outcome: 'answered' | 'refused' | 'broken';
  readonly why?: string;
}

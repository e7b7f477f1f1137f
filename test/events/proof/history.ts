/** The ways that events take in the proof. */
export const kinds = ['async', 'queue', 'schedule'] as const;
export type Kind = (typeof kinds)[number];

/**
 * What happened, as those saw it who are not the service: the clients that handed events over, the function that ran them (which tells a server of the
 * test), and whoever killed. Lives of the service are counted from 0; its n-th death ends life n. In the order in which it was seen.
 */
export type Happening =
  /** A client begins to hand it over. */
  | {
      readonly what: 'submitted';
      readonly id: string;
      readonly kind: Kind;
      readonly life: number;
      readonly atMs: number;
    }
  /** The service has said that it has it. */
  | { readonly what: 'acknowledged'; readonly id: string }
  /** It has not: the client does not know whether it has it. */
  | { readonly what: 'unanswered'; readonly id: string }
  /** The service has said that it does not take it. */
  | { readonly what: 'refused'; readonly id: string }
  | Ran
  /** It was found in the dead-letter queue. */
  | { readonly what: 'dead-lettered'; readonly id: string }
  | { readonly what: 'killed'; readonly life: number; readonly atMs: number };

/** The function has said that it runs it. */
export interface Ran {
  readonly what: 'ran';
  readonly id: string;
  readonly life: number;
  readonly atMs: number;
  /** As what it came: the id of the request, or of the queue's message. One that is tried again keeps it. */
  readonly delivery: string;
  /** The process that ran it. */
  readonly container: string;
  /** It was told to fail. */
  readonly fails: boolean;
}

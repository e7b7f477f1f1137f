/** What is known of a question: `unknown` where it cannot be resolved, which is never as good as the answer that is hoped for. */
export type Answer = 'yes' | 'no' | 'unknown';

/** What is done to what outlasts the call. */
export type Access = 'none' | 'read' | 'write' | 'unknown';

/** A place in the code, as its author knows it: source-mapped where there is a map. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** A step on the way from the handler to an effect: what was called, and where. */
export interface Step extends Place {
  readonly name: string;
}

/** What is said of an operation, before a function is looked at as a whole. */
export interface Facts {
  readonly access: Access;
  /** Twice in a row comes to the same as once. */
  readonly idempotent: Answer;
  /** Another time, later or at the same time, does no harm. */
  readonly retrySafe: Answer;
  /** The same input gives the same, whatever else has happened. */
  readonly deterministic: Answer;
  /** It goes to something that is not on this machine. */
  readonly leavesMachine: Answer;
  readonly personalData: Answer;
}

/** One thing that code does beside computing, or that could not be resolved. */
export interface Effect extends Facts {
  /** In few words that stay the same: `aws dynamodb PutItem`, `http POST api.stripe.com`, `clock`, `unknown`. */
  readonly what: string;
  /** As a predicate: `sends PutItem without a condition`. */
  readonly words: string;
  /** The function of ours that it calls; `''`: one that only running it would tell. */
  readonly calls?: string;
  /** The queue of this service that it may send to, by name. */
  readonly queue?: string;
  /** Where a client was made for a region that is said. */
  readonly region?: string;
  /** Kind of data that it has to do with, as it was declared. */
  readonly data?: string;
  readonly at: Place;
  /** From the handler on; the last is where it happens. */
  readonly via: readonly Step[];
}

/** What a function's own code does. The same code gives the same report. */
export interface Report {
  /** Of this form, and of the analysis that made it: another one's is made anew. */
  readonly version: typeof reportVersion;
  readonly handler: string;
  readonly effects: readonly Effect[];
  /** What its author says of the whole function, in place of what was found. */
  readonly declared: Partial<Facts>;
}

export const reportVersion = 1;

/** Nothing that anybody could notice. */
export const noFacts: Facts = {
  access: 'none',
  idempotent: 'yes',
  retrySafe: 'yes',
  deterministic: 'yes',
  leavesMachine: 'no',
  personalData: 'no',
};

/** Nobody knows. */
export const unknownFacts: Facts = {
  access: 'unknown',
  idempotent: 'unknown',
  retrySafe: 'unknown',
  deterministic: 'unknown',
  leavesMachine: 'unknown',
  personalData: 'unknown',
};

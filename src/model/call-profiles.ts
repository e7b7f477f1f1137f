import type { CallKind } from './invocations/caller.ts';

/** What is kept of one function calling another; numbers count runs, what is older weighing less. */
export interface EdgeRecord {
  readonly name: string;
  readonly qualifier: string;
  readonly kinds: readonly CallKind[];
  /** Runs with at least one such call, and calls. */
  readonly hits: number;
  readonly calls: number;
  /** How many of these calls of one run there are at the same time: the highest, on average. */
  readonly together: number;
  /** From the caller's first line to the first of these calls, ms: mean and standard deviation. */
  readonly delayMs: number;
  readonly spreadMs: number;
  /** Containers that were prepared because of it: a call has used them, or none has. */
  readonly useful: number;
  readonly wasted: number;
}

/** What is kept of one function: what it calls, and which hosts it connects to. */
export interface ProfileRecord {
  readonly account: string;
  readonly name: string;
  readonly runs: number;
  /** Of its code that was deployed last. */
  readonly codeSha256?: string;
  /** When it last ran, ms since the Unix epoch. */
  readonly updatedAt: number;
  readonly edges: readonly EdgeRecord[];
  /** Connections by host, counted as runs are. */
  readonly hosts: readonly { readonly host: string; readonly connections: number }[];
}

/** Of whom no profile is made: a function, or, without a name, an account. */
export interface NoProfileOf {
  readonly account: string;
  readonly name: string;
}

/** Where profiles are kept. Nothing of it waits for the disk: what is lost is learned again. */
export interface ProfileStore extends Disposable {
  read(): { readonly profiles: readonly ProfileRecord[]; readonly off: readonly NoProfileOf[] };
  write(changed: readonly ProfileRecord[], gone: readonly { readonly account: string; readonly name: string }[]): void;
  turn(whose: NoProfileOf, to: 'on' | 'off'): void;
}

/** What calls are prepared because of profiles, since the service has started. */
export interface PredictionCounts {
  /** How often it was decided what follows a call. */
  readonly decisions: number;
  /** Containers that were asked for; of those that were prepared, how many a call has used, and how many none has. */
  readonly asked: number;
  readonly useful: number;
  readonly wasted: number;
}

/** The line of an account in the dashboard's data. */
export interface PredictionSnapshot extends PredictionCounts {
  /** `off`: for the service or for the account. */
  readonly prediction: 'on' | 'off';
  /** Functions that have a profile, and calls between them. */
  readonly functions: number;
  readonly calls: number;
  /** Asked for and neither called for nor given up yet. */
  readonly outstanding: number;
}

/** One call in the tree of a function's calls. */
export interface CallShown {
  readonly name: string;
  readonly qualifier?: string;
  readonly kinds: readonly CallKind[];
  /** Of its caller's runs, those with such a call, 0 … 1; and such calls per run. */
  readonly share: number;
  readonly perRun: number;
  readonly together: number;
  /** After the first line of its caller, ms; and after that of the function that the tree is of. */
  readonly delayMs: number;
  readonly spreadMs: number;
  readonly afterMs: number;
  /** How certain it is, 0 … 1, that it follows a call of the function that the tree is of. */
  readonly certainty: number;
  /** It would be prepared, were there none; where not, why, for people. */
  readonly prepared: boolean;
  readonly why?: string;
  readonly useful: number;
  readonly wasted: number;
  /** Absent where it stands elsewhere in the tree, or that is deep enough. */
  readonly calls?: readonly CallShown[];
}

/** The profile of a function as it is shown. */
export interface ProfileShown {
  readonly function: string;
  readonly prediction: 'on' | 'off';
  /** Why it is off, for people. */
  readonly why?: string;
  readonly runs: number;
  readonly updatedAt: string;
  /** Calls that are more certain than this are prepared. */
  readonly certaintyMin: number;
  readonly calls: readonly CallShown[];
  readonly hosts: readonly { readonly host: string; readonly perRun: number }[];
}

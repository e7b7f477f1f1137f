import type { FrontendOptions } from '../context.ts';

/** Who looks. */
export interface Viewer {
  readonly account: string;
  /** Whether the account is the one of whoever runs the service. */
  readonly operator: boolean;
}

/** What a topic shows: rows by what identifies them. A row that has not changed must give the same JSON: no ages in it, but when it began. */
export type Rows = ReadonlyMap<string, object>;

/** Rows that hosts of a cluster have together. */
export interface RowsOfHosts {
  readonly rows: Rows;
  /** Those that did not answer, by their names for people: what they have is missing. */
  readonly silentHosts: readonly string[];
}

/** How a topic's rows are those of a whole cluster, where each host has only some of them. */
export interface OverHosts {
  /** Who has something of it: the account's home alone, or each host what happened on it. */
  readonly at: 'home' | 'hosts';
  /** Rows that several hosts have under the same key as one, this host's first. Absent: the first of them is the row. */
  readonly join?: (rows: readonly object[]) => object;
}

/**
 * A part of the service's state that can be watched, one a file of `topics/`. It is asked again and again while somebody watches it, once for all viewers of an account,
 * and what has changed between two answers is sent.
 */
export interface Topic {
  readonly name: string;
  /** It is asked at most so often, ms; 200 where it is not said. */
  readonly everyMs?: number;
  /** A row that has changed is another object: the same one is not looked into again. */
  readonly keepsRows?: true;
  /** Nobody else can watch it. */
  readonly operatorsOnly?: true;
  /** It can be about one thing, which is named behind the colon. Absent: nothing may stand there. */
  readonly ofOne?: true;
  /** Whether there is anything of it for this viewer, so that its page is offered. Absent: always. */
  readonly isThere?: (viewer: Viewer) => boolean | Promise<boolean>;
  /** Absent: any host knows all of it, or asks the others itself. */
  readonly over?: OverHosts;
  /** Other hosts are asked for it: how long that takes says nothing of the work that it is here. */
  readonly waits?: boolean;
  /**
   * What there is now and this viewer may see; nothing of other accounts. `argument`: what was asked for behind the colon, as in `function:hello`; empty where nothing was. Throws ApiError,
   * whose message the viewer is shown, where the argument means nothing.
   */
  rows(viewer: Viewer, argument: string): Rows | RowsOfHosts | Promise<Rows | RowsOfHosts>;
}

/** Makes a topic of a frontend; called once, when somebody watches something for the first time. */
export type OpenTopic = (options: FrontendOptions) => Topic;

import type { Duplex } from 'node:stream';
import type { CallerPlace } from './auxiliary/caller.ts';
import type { EgressTarget } from './dashboard/network.ts';
import type { Caller } from './invocations/caller.ts';

/** This machine's own loopback, for those inside, whose `localhost` is their own. A policy must name it. */
export const machineName = 'host.heddle.internal';

/** Where the SDKs of code that has a role ask for credentials. */
export const codeCredentialsPath = '/heddle/v1/credentials';

/** Where code in a container wants to connect to: an address of 4 or 16 bytes, which may stand for a name that it was told. */
export interface Destination {
  readonly address: Uint8Array;
  readonly port: number;
}

/** A connection out of a container, as the service holds it. */
export interface CarriedConnection extends Duplex {
  /** That came from inside. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /**
   * Set by whoever has it. Called once, when its container is about to stand still or has moved: nothing comes or goes inside any more. Gives
   * whether it is to end as if that had been said inside, so that what came until then is read; otherwise it is destroyed.
   */
  onParting?: (() => boolean) | undefined;
}

/** Puts a line of ours into the log of what runs in a container. Another one for each invocation. */
export type Note = (line: string) => void;

/**
 * What a container's kernel need not refuse by itself, at once: connections to names and public addresses, or to any address. Which of
 * them are carried, is decided one by one all the same.
 */
export type Admission = 'nothing' | 'public' | 'anything';

/** What a container's code finds outside. It is told everything about one container, and what belongs to that ends with it. */
export interface ContainerNetwork {
  /** There is something to be made before code is loaded: resolves when the rest of this can be read. */
  readonly ready?: Promise<void> | undefined;
  /** PEM of whom its code is to trust beside others. */
  readonly authority?: string | undefined;
  readonly admits: Admission;
  /** What its code must know to call the service: variables of its environment, which it may have others of the same names instead of. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same that it may not. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Ports that its policy names. */
  readonly ports: readonly number[];
  /** Tells where its code runs, when it is given it. */
  runsIn?(place: CallerPlace): void;
  /** Who its code is to what it calls; undefined where nobody keeps account of that. */
  readonly caller?: Caller | undefined;
  /** Only names on likely ports are carried from where it is: why, in words. Called before anything else, if at all. */
  limited(reason: string): void;
  /** The container is a fork of another one, which has this: addresses that its code was told stand for the same names. */
  continueFrom?(of: ContainerNetwork): void;
  /** Nothing of the container is left. Idempotent. */
  end(): void;
  /** The container stands still, or goes on: what it has with the service outlives that. */
  away?(still: boolean): void;
  /** A connection was refused inside, or a datagram lost, where that can be seen. */
  refused(to: Destination, by: 'tcp' | 'udp', note: Note): void;
  /** Somebody connected. What `connection` says may be read at once; destroying it tells that it is refused. */
  connect(to: Destination, connection: CarriedConnection, note: Note): void;
  /** Somebody asks DNS (RFC 1035); `answer` may be called later. */
  resolve(message: Buffer, answer: (message: Uint8Array) => void, note: Note): void;
}

/** What was counted of one function's connections since the service started. */
export interface EgressTotals {
  readonly account: string;
  /** Empty for the account's functions beyond the number that is counted one by one. */
  readonly functionName: string;
  readonly connections: number;
  /** Open now, or being opened. */
  readonly open: number;
  readonly refusals: number;
  /** That were ended because their containers stood still or moved. */
  readonly moved: number;
  /** Out of instances, and into them. */
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** Where to, of late: a bounded number, in no order. */
  readonly targets?: readonly EgressTarget[];
}

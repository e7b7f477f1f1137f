import type { RuntimeName } from './configuration.ts';

/** Instances that are kept warm for functions of a runtime and memory. */
export interface WarmSetting {
  readonly runtime: RuntimeName;
  /** Of each function, MiB. Instances are for all sizes: this much must fit, and is not taken before it is needed. */
  readonly memoryMb: number;
  readonly min: number;
  readonly max: number;
  /** Blank containers of this runtime in each; undefined leaves it to the pool. */
  readonly blanks?: number;
}

/** What an operator can set. Read by `cli/settings.ts` from flags, environment and file, in that order. */
export interface Settings {
  /** State: store, code, credentials, logs. */
  readonly home: string;
  /** What is the same for every service of this user: guest image, templates, unpacked tools, probe verdicts. */
  readonly cache: string;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly driver: 'auto' | 'microvm' | 'gvisor' | 'host';
  readonly region: string;
  /** Kept warm: at least `min` instances for each, at most `max`, by demand. */
  readonly warm: readonly WarmSetting[];
  /** A container is destroyed after so long without use where another one of its code was used later: what only a crowd needed. */
  readonly surplusIdleMs: number;
  /** A container whose code was not activated for so long is destroyed. */
  readonly containerIdleMs: number;
  /** An instance without a container of anybody's code for so long is destroyed. */
  readonly instanceIdleMs: number;
  /** An instance older than this takes no new work and is destroyed when it is idle. */
  readonly instanceLifeMs: number;
  /** Memory that all instances together may be given, MiB, counted by what they may use, not by what they do use. */
  readonly memoryMb: number;
  /** Requests that wait for capacity. */
  readonly queueMax: number;
  readonly queueWaitMs: number;
  /** How long the end of a thread that outlived its client is kept. */
  readonly threadKeepMs: number;
  /** How long running invocations have to end when the service stops. */
  readonly stopMs: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

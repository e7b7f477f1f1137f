import type { Configuration } from './configuration.ts';

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
  /** Kept warm: at least `min` instances of each, at most `max`, by demand. */
  readonly warm: readonly { readonly configuration: Configuration; readonly min: number; readonly max: number }[];
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

import type { Logger } from 'pino';
import type { Clock } from '../model/clock.ts';
import type { FunctionVersion } from '../model/function.ts';
import type { Settings } from '../model/settings.ts';
import type { CodeStore, Store } from '../store/contract.ts';
import type { LogStore } from '../store/logs/contract.ts';
import type { WorkerManager } from '../worker-manager/contract.ts';
import type { ServiceMetrics } from './metrics/metrics.ts';
import type { ThreadSessions } from './threads/sessions.ts';

/** What the frontend is made with. */
export interface FrontendOptions {
  readonly store: Store;
  readonly codeStore: CodeStore;
  readonly logs: LogStore;
  readonly workerManager: WorkerManager;
  /** Clients' sessions for threads, whichever way they connect. */
  readonly sessions: ThreadSessions;
  /** Told of every version that may be called from now on, also after a start. */
  readonly deployed: (version: FunctionVersion) => void;
  /** Resolves when the first invocation of a version that `deployed` was told of would start at once, or after some seconds. Idempotent. */
  readonly prepare: (version: FunctionVersion) => Promise<void>;
  /** Whether the first invocation of this version would start at once, as far as is known. */
  readonly isReady: (version: FunctionVersion) => boolean;
  /** Fires when the service begins to stop, and what `prepare` was doing is given up. */
  readonly stopping: AbortSignal;
  readonly settings: Pick<Settings, 'host' | 'region' | 'memoryMb'>;
  readonly clock: Clock;
  readonly metrics: ServiceMetrics;
  readonly logger: Logger;
  /** Name of the driver in use, for people. */
  readonly driver: string;
  /** Version of Heddle, for people. */
  readonly version: string;
}

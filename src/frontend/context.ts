import type { Logger } from 'pino';
import type { IdentityOfForwarded } from '../cluster/contract.ts';
import type { ClusterLife, ClusterOverview } from '../cluster/contract.ts';
import type { Clock } from '../model/clock.ts';
import type { DriverRow } from '../model/dashboard/machine.ts';
import type { RuntimeName } from '../model/runtimes/configuration.ts';
import type { FunctionVersion } from '../model/functions/function.ts';
import type { EgressTotals } from '../model/network.ts';
import type { ProvisionedRule, Settings } from '../model/functions/settings.ts';
import type { AccessKey, CodeStore, Store } from '../store/contract.ts';
import type { LogStore } from '../store/logs/contract.ts';
import type { SecretStore } from '../store/secrets/contract.ts';
import type { AccountGate } from './accounts/account-gate.ts';
import type { FunctionActivity } from './observing/activity/activity.ts';
import type { UsageRecorder } from './accounts/usage-recorder.ts';
import type { WorkerManager } from '../worker-manager/contract.ts';
import type { EffectReports } from './effects/reports.ts';
import type { Auxiliaries } from './auxiliary/auxiliaries.ts';
import type { Tally } from './dashboard/tally.ts';
import type { AccountEvents } from './events.ts';
import type { Objects } from './objects.ts';
import type { Knowing } from './routes/while-knowing.ts';
import type { RequestHomes } from './routes/request-homes.ts';
import type { Preparation } from './lambda/functions/preparation.ts';
import type { FetchFor } from './policies/keys-of-issuer.ts';
import type { PolicyBook } from './policies/policy-book.ts';
import type { SharedSwitches } from './prediction/shared-switches.ts';
import type { RoleSessions } from './policies/role-sessions.ts';
import type { ServiceMetrics } from './metrics/metrics.ts';
import type { Prediction } from '../prediction/prediction.ts';
import type { TriggerWatch } from './triggers/trigger-watch.ts';
import type { Ways } from '../traces/records/ways.ts';
import type { ThreadBook } from '../traces/threads/thread-book.ts';
import type { TracesHere } from './traces/shown-traces.ts';
import type { ThreadSessions } from './threads/sessions.ts';
import type { UrlBook } from './urls/url-book.ts';
import type { SessionRoute } from './threads/websocket.ts';

/** Credentials of code, that hold for a time. */
export type CodeCredentials = Pick<AccessKey, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'> & {
  readonly goodUntil: number;
};

/** What the dashboard needs of the service. */
export interface DashboardParts {
  /** Counts calls by account; the worker manager's observer. */
  readonly tally: Tally;
  /** Finds the folder of the page's files. */
  readonly folder: () => Promise<string>;
}

/** What the frontend is made with. */
export interface FrontendOptions {
  readonly store: Store;
  readonly codeStore: CodeStore;
  readonly logs: LogStore;
  readonly workerManager: WorkerManager;
  /** Lets in requests of accounts, as far as their rate goes; the worker manager asks it about invocations. */
  readonly gate: AccountGate;
  /** What accounts use; the worker manager's observer. */
  readonly usage: UsageRecorder;
  /** How calls of functions went of late, the worker manager's observer; absent where nobody counts. */
  readonly activity?: FunctionActivity;
  /** Where the service's own tools use the first key, they use the second from now on; gives whether they did. */
  readonly replaceOwnKey?: (before: AccessKey, key: AccessKey) => Promise<boolean>;
  /** Clients' sessions for threads, whichever way they connect. */
  readonly sessions: ThreadSessions;
  /** Where they are, of a service that has several hosts. */
  readonly sessionRoute?: SessionRoute | undefined;
  /** What is done later; it begins with the frontend, and stops with it. */
  readonly events: AccountEvents;
  /** Secrets of accounts; absent where there can be none. */
  readonly secrets?: SecretStore;
  /** Processes of whoever runs the service that code may call; absent where there can be none. */
  readonly auxiliaries?: Auxiliaries;
  /** What bounds functions. */
  readonly policies: PolicyBook;
  /** Who has taken a role. */
  readonly roleSessions: RoleSessions;
  /** Fetches a document that an account's role needs, as far as the account's functions may connect. */
  readonly fetchFor: FetchFor;
  /** Keys of code that runs are good for nothing from now on: of what has this role of an account's. Gives names of functions and threads. */
  readonly revokeRole?: (account: string, role: string) => ReadonlySet<string>;
  /** Credentials for who shows this out of a container, with when they end; undefined where nobody was given it. */
  readonly codeCredentials?: (bearer: string) => CodeCredentials | undefined;
  /** Who requests are from that another host of the cluster forwards; absent where there is no other. */
  readonly identityOf?: IdentityOfForwarded;
  /** What links are sealed with that any host of the cluster opens; absent where there is one host only. */
  readonly linkKey?: Uint8Array;
  /** Resolves when limits of an account that were changed hold on all hosts: nothing begins beyond them any more. Rejects where that cannot be made sure. Absent where there is one host only. */
  readonly limitsHold?: (account: string) => Promise<void>;
  /** Whether this host may answer from what it knows; absent where there is one host only. */
  readonly readLease?: Knowing;
  /** Where requests are answered that need an account's home; absent where there is one host only. */
  readonly homes?: RequestHomes;
  /** Buckets and what is in them; it ends with the frontend. */
  readonly objects: Objects;
  /** Told of every version that may be called from now on, also after a start. */
  readonly deployed: (version: FunctionVersion) => void;
  /** Resolves when the first invocation of a version that `deployed` was told of would start at once, or after some seconds. Idempotent. */
  readonly prepare: (version: FunctionVersion) => Promise<void>;
  /** What follows notifications; it sees the calls of the worker manager. */
  readonly triggers: TriggerWatch;
  /** Whether the first invocation of this version would start at once, as far as is known. */
  readonly isReady: (version: FunctionVersion) => boolean;
  /** Says why functions of a runtime cannot run here, if they cannot. */
  readonly whyMissing?: (runtime: RuntimeName) => string | undefined;
  /** Fires when the service begins to stop, and what `prepare` was doing is given up. */
  readonly stopping: AbortSignal;
  /** What functions connected to until now; absent where nothing does. */
  readonly egressTotals?: () => readonly EgressTotals[];
  /** What functions call, and what is prepared because of that; absent where nobody counts. */
  readonly prediction?: Prediction;
  /** Called once, with who is to be told what other hosts change; absent where there are none. */
  readonly replicated?: (
    parts: FrontendOptions & {
      readonly preparation: Pick<Preparation, 'begin'>;
      readonly switches: Pick<SharedSwitches, 'reread'> | undefined;
      readonly urls: Pick<UrlBook, 'reread'>;
    },
  ) => void;
  /** Where the time of an account's calls on this host went; absent where nobody keeps that. */
  readonly traces?: TracesHere;
  /** How the newest calls that other hosts ran went there; absent where there is one host only. */
  readonly ways?: Pick<Ways, 'of'>;
  /** The newest threads whose sessions are on this host; absent where nobody keeps them. */
  readonly threads?: ThreadBook;
  /** What became of traces that are exported, in Prometheus' text format; absent where none are. */
  readonly tracesText?: () => string;
  /** What functions do; absent where nobody looks. */
  readonly effects?: EffectReports;
  /** What one container may have at most, memory and `/tmp`, MiB. */
  readonly functionMbMax: number;
  /** Whether functions may have runtimes that AWS has ended. */
  readonly endedRuntimes: boolean;
  readonly settings: Pick<Settings, 'host' | 'region' | 'memoryMb' | 'unreservedConcurrency'> &
    Partial<Pick<Settings, 'capacityByAccount' | 'prices'>>;
  /** The account that is this service's own. */
  readonly ownAccount: string;
  /** When provisioned concurrency is to change. */
  readonly provisionedSchedule?: readonly ProvisionedRule[];
  /** How many calls an account may have at once, now. */
  readonly concurrencyMaxOf: (account: string) => number;
  readonly clock: Clock;
  /** 0 ≤ random < 1: how an invocation of an alias that divides them chooses its version. */
  readonly random?: () => number;
  /** What is to be seen of all hosts, of a service that belongs to a cluster. */
  readonly clusterView?: ClusterOverview;
  /** Hosts of the cluster, as their operator sees to them; absent where there is none. */
  readonly clusterLife?: ClusterLife;
  readonly metrics: ServiceMetrics;
  /** The page for people; absent where there is none. */
  readonly dashboard?: DashboardParts;
  readonly logger: Logger;
  /** Name of the driver in use, for people. */
  readonly driver: string;
  /** What is known of drivers on this machine; tries none. Absent where nobody has any. */
  readonly drivers?: () => Promise<readonly DriverRow[]>;
  /** Version of Heddle, for people. */
  readonly version: string;
}

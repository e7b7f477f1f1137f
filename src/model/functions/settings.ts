import type { Prices } from '../accounts/prices.ts';
import type { RuntimeName } from '../runtimes/configuration.ts';
import type { ClusterSettings } from '../cluster.ts';
import type { Capacity } from './function.ts';

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

/** At what times so many containers of a version or alias are to be ready. */
export interface ProvisionedRule {
  /** The service's own where it is not said. */
  readonly account?: string;
  readonly functionName: string;
  readonly qualifier: string;
  /** 0: none. */
  readonly count: number;
  /** Minute, hour, day, month, day of the week. */
  readonly cron: string;
  /** As the IANA names it. */
  readonly timeZone: string;
}

/** How a service of AWS's, or one that speaks like it, is reached. */
export interface OutsideServiceSetting {
  /** Such as `https://sns.eu-west-1.amazonaws.com`. */
  readonly endpoint: string;
  /** That requests are signed for; that of the ARN where it is not said. */
  readonly region?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Accounts whose functions may send there, beside the one of whoever runs the service. */
  readonly accounts?: readonly string[];
}

/** A service elsewhere that events are taken from, by the name that its operator gives it. */
export type SourceConnection = {
  /** Such as `https://sqs.eu-west-1.amazonaws.com`, `nats://queue.lan:4222`, `rediss://cache.lan:6379`, `kafkas://one.lan:9094,two.lan:9094`. */
  readonly url: string;
  /** Accounts whose functions may get what is there, beside the one of whoever runs the service. */
  readonly accounts?: readonly string[];
} & (
  | {
      readonly kind: 'sqs';
      readonly region: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    }
  | { readonly kind: 'nats'; readonly user?: string; readonly password?: string; readonly token?: string }
  | { readonly kind: 'postgres'; readonly user: string; readonly password?: string }
  | { readonly kind: 'redis'; readonly user?: string; readonly password?: string }
  | {
      readonly kind: 'kafka';
      readonly user?: string;
      readonly password?: string;
      /** How the user and the password are said; SCRAM-SHA-512 where nothing is said. */
      readonly mechanism?: SaslMechanism;
      /** PEM: who may have signed the brokers' certificates, and what this service shows of itself. */
      readonly ca?: string;
      readonly cert?: string;
      readonly key?: string;
    }
);

/** The ways to say a user and a password to brokers of Kafka. */
export const saslMechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
export type SaslMechanism = (typeof saslMechanisms)[number];

/** What an operator can set. Read by `cli/settings.ts` from flags, environment and file, in that order. */
export interface Settings {
  /** Whether functions have profiles of what they call, by which containers are prepared. */
  readonly prediction: 'on' | 'off';
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
  /** Calls that an account may have at once, waiting ones included. */
  readonly accountConcurrency: number;
  /** So many of them functions cannot reserve. */
  readonly unreservedConcurrency: number;
  /** What the instances of an account are like, where that is not as usual: its functions', unless they say something themselves. */
  readonly capacityByAccount: Readonly<Record<string, Capacity>>;
  /** When provisioned concurrency is to change. */
  readonly provisionedSchedule: readonly ProvisionedRule[];
  /** Requests that wait for capacity. */
  readonly queueMax: number;
  readonly queueWaitMs: number;
  /** What functions may connect to that say nothing themselves: a policy (src/egress/policy/parse.ts). */
  readonly egress: string;
  /** What the functions of an account may connect to at most, by account. */
  readonly egressByAccount: Readonly<Record<string, string>>;
  /** Processes that code of the service's own account may call: addresses by name (src/model/auxiliary). */
  readonly auxiliaries: Readonly<Record<string, string>>;
  /** Where the results of functions' events may be sent beside what is here. */
  readonly destinations: Partial<Readonly<Record<'sqs' | 'sns' | 'events', OutsideServiceSetting>>>;
  /** Where events may be taken from beside queues here, by name. */
  readonly sources: Readonly<Record<string, SourceConnection>>;
  /** The OpenTelemetry receiver that traces are sent to; empty: none, unless a variable says so. */
  readonly otlpEndpoint: string;
  /** Of traces that begin here, so many are kept: 0 to 1. */
  readonly traceRatio: number;
  /** What is taken for what functions use; undefined: nothing is said of that. */
  readonly prices: Prices | undefined;
  /** How long the end of a thread that outlived its client is kept. */
  readonly threadKeepMs: number;
  /** How long running invocations have to end when the service stops. */
  readonly stopMs: number;
  /** The cluster that it joins; absent: it is the only host. */
  readonly cluster?: ClusterSettings;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

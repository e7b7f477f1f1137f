import { codeFileName } from './code.ts';
import type { DurableSettings } from '../executions/execution.ts';
import type { LayerRef } from './layer.ts';
import { limits } from '../limits.ts';
import type { PortionPlace } from './portion.ts';
import type { RolePrincipal, SecurityPolicy } from '../policies/security-policy.ts';
import { isPython, type RuntimeName } from '../runtimes/configuration.ts';
import type { SecretUse } from '../secrets/secret-use.ts';

/** AWS X-Ray: `PassThrough` leaves it to the caller. */
export type TracingMode = 'Active' | 'PassThrough';

/** Levels of what a function says, the most first. */
export const applicationLogLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
/** Levels of what the service says of it, the most first. */
export const systemLogLevels = ['DEBUG', 'INFO', 'WARN'] as const;

/** How the log of a function is written. */
export interface LoggingSettings {
  readonly format: 'Text' | 'JSON';
  /** What is below is dropped. Only of `JSON`. */
  readonly applicationLevel: (typeof applicationLogLevels)[number];
  readonly systemLevel: (typeof systemLogLevels)[number];
  /** Another than `/aws/lambda/NAME`. */
  readonly group?: string;
}

/**
 * `dedicated`: instances of its own, one of them always ready. `variable`: it gives way first where memory is short, and runs at most
 * `ceiling` calls at once, where that is said.
 */
export type Capacity = { readonly kind: 'dedicated' } | { readonly kind: 'variable'; readonly ceiling?: number };

/** How many calls of a function may run at once by its own word, whatever its account may have; Infinity where it says nothing. */
export function ceilingOf({ capacity }: { readonly capacity?: Capacity | undefined }): number {
  return capacity?.kind === 'variable' ? (capacity.ceiling ?? Infinity) : Infinity;
}

/** Size of the `/tmp` that a function asked for, MiB; undefined where it has what all have, which is part of its memory. */
export function ownStorageMb({ storageMb }: Pick<FunctionVersion, 'storageMb'>): number | undefined {
  return storageMb === undefined || storageMb <= limits.storageMbMin ? undefined : storageMb;
}

/** What the machine must have for one container of a function, MiB: its memory and the `/tmp` that it asked for, which is memory, too. */
export function reservedMb(fn: Pick<FunctionVersion, 'memoryMb' | 'storageMb'>): number {
  return fn.memoryMb + (ownStorageMb(fn) ?? 0);
}

/** The version that updates change; the others are numbers. */
export const latestVersion = '$LATEST';

/** Names a version among all: `ACCOUNT\0NAME`, and `\0NUMBER` after it where it is a published one. */
export function versionKey({ account, name, version }: Pick<FunctionVersion, 'account' | 'name' | 'version'>): string {
  return version === latestVersion ? `${account}\0${name}` : `${account}\0${name}\0${version}`;
}

/** Whether a {@link versionKey} is that of a version of this function; where `version` is said, of that one. */
export function isKeyOf(key: string, account: string, name: string, version?: string): boolean {
  if (version !== undefined) return key === versionKey({ account, name, version });
  return key === `${account}\0${name}` || key.startsWith(`${account}\0${name}\0`);
}

/** The ARN of the function that this is a version of, whichever version it is. */
export function unqualifiedArn({ arn, version }: Pick<FunctionVersion, 'arn' | 'version'>): string {
  return version === latestVersion ? arn : arn.slice(0, -version.length - 1);
}

/**
 * Everything about a function that decides how its code runs. Immutable: an update makes a new one with a new
 * `revisionId`, and containers made for the old one are retired.
 */
export interface FunctionVersion {
  /** The account that owns it; an instance serves one account only. */
  readonly account: string;
  readonly name: string;
  /** `$LATEST`, or a number. */
  readonly version: string;
  /** That of a published version ends in its number. */
  readonly arn: string;
  /** Changes with every update of code or configuration; containers are keyed by it. */
  readonly revisionId: string;
  readonly runtime: RuntimeName;
  /** `file.export`. */
  readonly handler: string;
  /** SHA-256 of the zip file, base64. */
  readonly codeSha256: string;
  readonly codeBytes: number;
  /** In the order in which they are laid over each other in `/opt`; missing where there are none. */
  readonly layers?: readonly LayerRef[];
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether its variables were said, be it that there are none: only then is an empty environment shown. */
  readonly environmentShown?: boolean;
  /** ARN of the queue or topic that takes its events that were given up. */
  readonly deadLetter?: string;
  /** Whether traces begin here as sampled ones. */
  readonly tracing?: TracingMode;
  /** How what it prints is written; as text where it is not said. */
  readonly logging?: LoggingSettings;
  /** Size of its `/tmp`, MiB; 512 where it is not said. */
  readonly storageMb?: number;
  readonly description: string;
  readonly role: string;
  /** Kept for those who ask for it again; nothing comes of it. */
  readonly vpc?: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] };
  /** What its code may connect to (egress/policy/parse.ts): its tag `heddle:egress`, or a thread's option. */
  readonly egress?: string;
  /** What those may connect to that started it, each as in `egress`, `''` for one that said nothing: it may not more than any of them. */
  readonly egressWithin?: readonly string[];
  /** What the service puts into its requests that its code never sees: its tag `heddle:secrets`, or a thread's option. */
  readonly secrets?: readonly SecretUse[];
  /** Whose calls its instances are told apart by, and never shared between: the tenants that callers name. Fixed when it is created. */
  readonly tenancy?: 'PER_TENANT';
  /** What its instances are like, where that is not as usual: its tag `heddle:capacity`. */
  readonly capacity?: Capacity;
  /** It is run by durable executions, of which this is said. Fixed when it is created, but for its numbers. */
  readonly durable?: DurableSettings;
  /** Code of strangers: it can neither start threads nor call the service. */
  readonly apart?: true;
  /** It is a part of a program that runs in instances of its own. Only of threads. */
  readonly portion?: PortionPlace;
  /** Names of its account's policies that bound it: its tag `heddle:policy`. What they say counts when it runs. */
  readonly policies?: readonly string[];
  /** What bounds it as it runs, all together: of a version that was made for that (`policies/bind.ts`). */
  readonly policy?: SecurityPolicy;
  /** Its role is one of its account's (of a version with a `policy`): its code is given credentials that hold for a time, and others then. */
  readonly hasRole?: true;
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number;
}

/** Whether programs run beside the function's runtime, which are told of its invocations. */
export function hasExtensions({ layers = [] }: Pick<FunctionVersion, 'layers'>): boolean {
  return layers.some(({ extensions }) => extensions === true);
}

/**
 * The name of a function's code in instances. Python's comes with its modules compiled for one version; the same code may be a function of
 * another, too.
 */
export function instanceCodeName({ codeSha256, runtime }: Pick<FunctionVersion, 'codeSha256' | 'runtime'>): string {
  return isPython(runtime) ? `${codeFileName(codeSha256)}-${runtime.slice(runtime.indexOf('.') + 1)}` : codeSha256;
}

/** What code may connect to, as far as it is said. */
export type EgressSaid = Pick<FunctionVersion, 'egress' | 'egressWithin'>;

/**
 * What code hands on to whatever it starts: what it may connect to, secrets that it may have used, the tenant for whom it runs, if it does, what
 * bounds it, and its program.
 */
export interface Starter extends EgressSaid {
  readonly secrets?: readonly SecretUse[];
  readonly tenantId?: string;
  readonly policy?: SecurityPolicy;
  /** As whom it acts, where it has a role. */
  readonly principal?: RolePrincipal;
  /** The program that it belongs to: portions of it are that program's. */
  readonly program?: string;
}

/**
 * The same of what code starts that may connect to `starter`: as much where it says nothing itself, and never more.
 * An empty text stands for whatever is allowed where nothing is said.
 */
export function egressOfStarted(starter: EgressSaid, said: string | undefined): EgressSaid {
  const egress = said ?? starter.egress;
  const bounds = new Set([...(starter.egressWithin ?? []), starter.egress ?? '']);
  bounds.delete(egress ?? '');
  return {
    ...(egress === undefined ? {} : { egress }),
    ...(bounds.size === 0 ? {} : { egressWithin: [...bounds].toSorted() }),
  };
}

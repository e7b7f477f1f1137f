import { limits } from '../../model/limits.ts';
import type { RemoteError } from './errors.ts';
import { secretsText, type SecretOption } from './secret-option.ts';

/** What code may do at most; what is left out is not bounded by it. */
export interface PolicyOptions {
  /** As `egress` of a thread. */
  readonly egress?: string | readonly string[];
  readonly memoryMb?: number;
  readonly timeoutMs?: number;
  /** Names of the variables and secrets that are there, with `*` at the end for any end. */
  readonly env?: readonly string[];
  readonly secrets?: readonly string[];
  /** Operations of the service, and what they may be done with: `sqs:SendMessage jobs`, `lambda:InvokeFunction`; or IAM's JSON. */
  readonly services?: readonly string[] | object;
  readonly apart?: boolean;
}

/** How often, and when, a thread that failed is started again. The code must bear to run twice. */
export interface Retries {
  /** Tries beside the first. */
  readonly max: number;
  /** Before the first of them; doubled each time. 100 ms where it is not given. */
  readonly backoffMs?: number;
  /** Whether to try again after this failure. Where it is not given: after `lost` and `capacity`. */
  readonly on?: (error: RemoteError) => boolean;
}

/** How a thread is to run. */
export interface ThreadOptions {
  /** For people: stands before each line that it prints. */
  readonly name?: string;
  /** MiB: 128 to 10,240. 256 where it is not given. */
  readonly memoryMb?: number;
  /** The thread is killed when it has run for so long. */
  readonly timeoutMs?: number;
  /** `nodejs24.x` or `nodejs22.x`. */
  readonly runtime?: string;
  /** Its environment; nothing of this process's is sent. At most 4 KiB. */
  readonly env?: Readonly<Record<string, string>>;
  readonly retries?: Retries;
  /** Cancels the thread when it fires. */
  readonly signal?: AbortSignal;
  /** What becomes of what it prints: `inherit` (this process's stdout and stderr, line by line; the default) or `silent`. */
  readonly output?: 'inherit' | 'silent';
  /**
   * For code of strangers: it can neither start threads nor reach what threads share, which it otherwise does in this
   * program's name. Not so where it is not given.
   */
  readonly apart?: boolean;
  /**
   * What it may connect to: `none`, `public`, `all`, names (`db.example.org:5432`, `*.example.org`) and addresses (`10.0.0.0/8`), with
   * blanks between or as a list. Where it is not given, what the service allows; nothing for a thread that is `apart`.
   */
  readonly egress?: string | readonly string[];
  /**
   * Which secrets of the account the service puts into its requests, by where: `{ STRIPE: 'api.stripe.com' }`, or a list of objects with what else there
   * is to say (docs/secrets.md). Its code finds a placeholder in `process.env.STRIPE`, and never the value.
   */
  readonly secrets?: Readonly<Record<string, string>> | readonly SecretOption[];
  /**
   * What it may at most: names of the account's policies (`heddle policy`), or one said here. It can only take from what whoever starts it may.
   */
  readonly policy?: string | readonly string[] | PolicyOptions;
  /**
   * The most bytes that its arguments may have, and its result, cloned: at most 1 GiB (and it has to fit into its memory, a few
   * times over). 256 MiB where it is not given.
   */
  readonly valueBytesMax?: number;
  /** ArrayBuffers among the arguments that are moved: they are detached here. */
  readonly transfer?: readonly ArrayBuffer[];
}

/** The order for the service, defaults filled in. */
export function orderOf(options: ThreadOptions): {
  readonly runtime: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly apart: boolean;
  readonly egress?: string;
  readonly secrets?: string;
  readonly policy?: string;
} {
  return {
    runtime: options.runtime ?? 'nodejs24.x',
    memoryMb: options.memoryMb ?? 256,
    timeoutMs: options.timeoutMs ?? limits.threadTimeoutMsMax,
    environment: options.env ?? {},
    apart: options.apart ?? false,
    ...(options.egress === undefined ? {} : { egress: [options.egress].flat().join(' ') }),
    ...(options.secrets === undefined ? {} : { secrets: secretsText(options.secrets) }),
    ...(options.policy === undefined ? {} : { policy: policyText(options.policy) }),
  };
}

function policyText(policy: NonNullable<ThreadOptions['policy']>): string {
  if (typeof policy === 'string') return policy;
  return Array.isArray(policy) ? policy.join(',') : JSON.stringify(policy);
}

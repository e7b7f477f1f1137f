import { limits } from '../../../model/limits.ts';
import { RemoteError } from '../errors.ts';
import type { Retries } from '../options.ts';
import { hostLostType } from '../../../protocol/session/end-lost.ts';
import { HostLostError } from '../session/host-lost.ts';

/** What is known of a thread when one of its tries has failed. */
export interface FailedTry {
  readonly error: unknown;
  /** 1 for the first. */
  readonly attempt: number;
  readonly retries: Retries | undefined;
  /** It may run again where a host was lost, whether it had begun there or not. */
  readonly repeatable: boolean;
  /** Tries that were made because a host was lost. */
  readonly hostsLost: number;
  /** Its order never left this process. */
  readonly unsent: boolean;
  /** Its user code was said to have begun. */
  readonly began: boolean;
  readonly cancelled: boolean;
  /** Of its stream, given already. */
  readonly items: number;
  /** There is no session any more on which it could be tried. */
  readonly sessionEnded: boolean;
}

/** Whether it is tried again, and after how long. `lost`: because a host was lost. */
export type NextTry =
  | { readonly again: false }
  | { readonly again: true; readonly afterMs: number; readonly lost?: true };

const defaultBackoffMs = 100;
/** How many hosts may be lost under one thread before it is given up. */
const hostsLostMax = 3;
/** The same, where none of it ever left here. */
const unsentMax = 10;

const no: NextTry = { again: false };
const atOnce: NextTry = { again: true, afterMs: 0, lost: true };

/** Decides what becomes of a thread one of whose tries has failed. */
export function nextTry(failed: FailedTry): NextTry {
  const { error, attempt, retries, cancelled, items, hostsLost, sessionEnded } = failed;
  // Items that were given cannot be taken back.
  if (cancelled || items > 0) return no;
  // It was to be sent, and there was nobody any more: nothing of it has run.
  if (error instanceof HostLostError) return hostsLost < unsentMax ? atOnce : no;
  if (!(error instanceof RemoteError)) return no;
  const lostWithHost = error.kind === 'lost' && error.remoteName === hostLostType;
  if (lostWithHost && failed.unsent) return hostsLost < unsentMax ? atOnce : no;
  if (lostWithHost && retries === undefined) return failed.repeatable && hostsLost < hostsLostMax ? atOnce : no;
  if (sessionEnded && !lostWithHost) return no;
  const { max, backoffMs = defaultBackoffMs, on = isPassing }: Retries = retries ?? { max: 0 };
  const neverBegan = error.kind === 'lost' && attempt === 1 && !failed.began && !lostWithHost;
  if (neverBegan && max === 0) return { again: true, afterMs: 0 };
  if (attempt > max || !on(error)) return no;
  return { again: true, afterMs: Math.min(backoffMs * 2 ** (attempt - 1), limits.threadTimeoutMsMax) };
}

/** What passes by itself: another try may find another instance, or room. */
function isPassing({ kind }: RemoteError): boolean {
  return kind === 'lost' || kind === 'capacity';
}

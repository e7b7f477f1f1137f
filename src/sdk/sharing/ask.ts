import type { ClientSession } from '../threads/session/client-session.ts';
import { HostLostError } from '../threads/session/host-lost.ts';
import { threadsConnection } from '../threads/session/connection.ts';

/** How many hosts may be lost under one wait. */
const hostsLostMax = 3;

/** How long to wait for something that is shared. */
export interface WaitOptions {
  /** Milliseconds; then SharingError `timed-out`. Without it as long as it takes. */
  readonly timeoutMs?: number;
  /** Gives up waiting when it fires, with its reason. */
  readonly signal?: AbortSignal;
}

/** An answer, nothing known of its fields. */
export type Answer = Readonly<Record<string, unknown>>;

/** Asks the service. Rejects with SharingError. */
export async function ask(request: object, options: WaitOptions = {}): Promise<Answer> {
  const { session } = await threadsConnection();
  return await askIn(session, request, options);
}

/** Something that was granted. */
export interface Grant {
  /** Fencing token. */
  readonly token: bigint;
  /** Fires when the session ends in which it was granted, and with that whatever was. */
  readonly lost: AbortSignal;
}

/** Asks the service for something to hold; undefined where it has to be waited for, and `request` does not. Rejects with SharingError. */
export async function askFor(request: object, options: WaitOptions = {}): Promise<Grant | undefined> {
  for (let lost = 0; ; lost += 1)
    try {
      const { session } = await threadsConnection();
      const answer = await askIn(session, request, options);
      return answer['type'] === 'granted' ? { token: bigOf(answer, 'token'), lost: session.over } : undefined;
    } catch (error) {
      // Whatever was granted went with the host: at the next one it is asked for once.
      if (!(error instanceof HostLostError) || lost === hostsLostMax) throw error;
    }
}

/** What was waited for until it was granted. */
export function granted(grant: Grant | undefined): Grant {
  if (grant !== undefined) return grant;
  throw new TypeError('The service answered without a grant to who waits for one.');
}

async function askIn(session: ClientSession, request: object, { timeoutMs, signal }: WaitOptions): Promise<Answer> {
  const answer: unknown = await session.share({ ...request, ...(timeoutMs !== undefined && { timeoutMs }) }, signal);
  return typeof answer === 'object' && answer !== null ? { ...answer } : {};
}

/** A whole number that came as its decimal digits. */
export function bigOf(answer: Answer, key: string): bigint {
  return BigInt(String(answer[key]));
}

/** Bytes in an answer. */
export function bytesOf(answer: Answer, key: string): Buffer {
  const value = answer[key];
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new TypeError(`The service answered without \`${key}\`.`);
}

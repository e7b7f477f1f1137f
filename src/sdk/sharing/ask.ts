import { threadsConnection } from '../threads/session/connection.ts';

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
export async function ask(request: object, { timeoutMs, signal }: WaitOptions = {}): Promise<Answer> {
  const { session } = await threadsConnection();
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

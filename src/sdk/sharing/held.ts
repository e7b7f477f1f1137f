import type { Grant } from './ask.ts';

/** Something that is held until it is released. `await using` releases it. */
export interface Held extends AsyncDisposable {
  /**
   * Fencing token: larger than that of every earlier grant of the account. Whatever is written under the lock can carry it, so that a
   * holder that lost its lock without knowing is found out.
   */
  readonly token: bigint;
  /**
   * Fires when it is lost: with the session in which it was granted, as when the host of a cluster is lost that kept it. Somebody else may hold it from then on, or
   * did before: what must not be done twice carries the token.
   */
  readonly lost: AbortSignal;
  /** Idempotent. Rejects with SharingError `not-held` where it was lost. */
  release(): Promise<void>;
}

/** Makes one of a grant. */
export function held({ token, lost }: Grant, release: () => Promise<unknown>): Held {
  let released: Promise<void> | undefined;
  const once = (): Promise<void> => (released ??= release().then(() => undefined));
  return { token, lost, release: once, [Symbol.asyncDispose]: once };
}

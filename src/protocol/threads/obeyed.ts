/** `errorType` of a thread that ended by throwing because it was asked to stop. */
export const obeyedType = 'Heddle.ThreadObeyed';

/** A thread did as it was asked. */
export class ThreadObeyed extends Error {
  override readonly name: typeof obeyedType = obeyedType;

  constructor() {
    super('The thread ended because it was asked to.');
  }
}

/** Whether what a thread threw is how it stops when asked to: the reason itself (`throwIfAborted`), or what Node's functions make of it. */
export function isObedience(thrown: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  return thrown === signal.reason || (thrown instanceof Error && thrown.name === 'AbortError');
}

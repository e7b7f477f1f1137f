/** Calls when all that follows from what happens now has happened: after promises, before the next event. */
export function atEndOfTurn(action: () => void): void {
  // Node runs microtasks until there are none, and what one of them left for the next tick then.
  queueMicrotask(() => process.nextTick(action));
}

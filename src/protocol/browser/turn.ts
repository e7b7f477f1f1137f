/** Calls soon after what happens now. */
export function atEndOfTurn(action: () => void): void {
  queueMicrotask(action);
}

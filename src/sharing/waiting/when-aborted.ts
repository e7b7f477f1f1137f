type GiveUp = (reason: unknown) => void;

/** Who is told by each signal. One listener does for all: to find one of many takes a signal longer the more it has. */
const told = new WeakMap<AbortSignal, Told>();

interface Told {
  readonly all: Set<GiveUp>;
  readonly listener: () => void;
}

/**
 * Calls `giveUp` with the signal's reason once it is aborted, unless disposed before. The newest is told first: one who
 * gives up makes room for those behind, and none of those is to be let in only because it has not been told yet.
 */
export function whenAborted(signal: AbortSignal, giveUp: GiveUp): Disposable {
  const { all, listener } = told.get(signal) ?? listen(signal);
  all.add(giveUp);
  return {
    [Symbol.dispose]: () => {
      if (!all.delete(giveUp) || all.size > 0) return;
      told.delete(signal);
      signal.removeEventListener('abort', listener);
    },
  };
}

function listen(signal: AbortSignal): Told {
  const all = new Set<GiveUp>();
  const listener = (): void => {
    for (const giveUp of [...all].toReversed()) giveUp(signal.reason);
  };
  const made = { all, listener };
  told.set(signal, made);
  signal.addEventListener('abort', listener);
  return made;
}

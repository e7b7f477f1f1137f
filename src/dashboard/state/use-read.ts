import { useEffect, useEffectEvent, useState } from 'react';

/** What was read, or why not. Of what is read anew, the old is there until the new is. */
export interface ReadState<Found> {
  readonly found?: Found;
  readonly error: string;
}

/** Reads something of the service when the component is there, and anew whenever `key` is another. `read` is to heed its signal. */
export function useRead<Found>(key: string, read: (signal: AbortSignal) => Promise<Found>): ReadState<Found> {
  const [state, setState] = useState<ReadState<Found>>({ error: '' });
  const start = useEffectEvent(async (_key: string, signal: AbortSignal) => await read(signal));
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    start(key, signal).then(
      (found) => {
        if (!signal.aborted) setState({ found, error: '' });
      },
      (error: unknown) => {
        if (!signal.aborted) setState((before) => ({ ...before, error: messageOf(error) }));
      },
    );
    return () => controller.abort();
  }, [key]);
  return state;
}

/** What is said of an error, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

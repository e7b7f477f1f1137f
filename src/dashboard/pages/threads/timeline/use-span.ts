import { useCallback, useState } from 'react';
import { panned, type Span, wholeOf, zoomed } from './span.ts';

/** What of a job is seen, and how that is changed. */
export interface Seen {
  /** Undefined: all of it, however long it gets. */
  readonly span: Span | undefined;
  readonly setSpan: React.Dispatch<React.SetStateAction<Span | undefined>>;
  /** Closer or farther by a factor, around a place (0: left, 1: right). */
  readonly zoom: (factor: number, place?: number) => void;
  /** By a share of what is seen. */
  readonly pan: (share: number) => void;
}

/** `endAt` gives how long the job is by now. */
export function useSpan(endAt: () => number): Seen {
  const [span, setSpan] = useState<Span>();
  const zoom = useCallback(
    (factor: number, place = 0.5) => {
      const end = endAt();
      setSpan((before) => zoomed(before ?? wholeOf(end), factor, place, end));
    },
    [endAt],
  );
  const pan = useCallback(
    (share: number) => {
      const end = endAt();
      setSpan((before) => (before === undefined ? undefined : panned(before, share, end)));
    },
    [endAt],
  );
  return { span, setSpan, zoom, pan };
}

import { useEffect, useState } from 'react';
import { useShared } from '../state/use.ts';

/** The service's time, milliseconds since the Unix epoch; new every second, so that ages go on. */
export function useServiceTime(): number {
  const { store } = useShared();
  const [now, setNow] = useState(() => Date.now() + store.aheadMs);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() + store.aheadMs), 1_000);
    return () => clearInterval(timer);
  }, [store]);
  return now;
}

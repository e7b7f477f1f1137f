import type { ReactNode } from 'react';
import { milliseconds } from '../../parts/format.ts';
import { clockOf } from '../../parts/times.ts';
import type { Called } from './invoke.ts';

/** Calls by hand before, to look at them again and beside each other. */
export function EarlierCalls({
  results,
  shown,
  show,
}: {
  results: readonly Called[];
  shown: Called | undefined;
  show: (called: Called) => void;
}): ReactNode {
  if (results.length < 2) return null;
  return (
    <div className="functions-history">
      <h3>Calls from here</h3>
      <ul>
        {results.map((one) => (
          <li key={one.requestId}>
            <button type="button" aria-pressed={shown === one} onClick={() => show(one)}>
              <span className={one.functionError === '' ? 'tone-good' : 'tone-bad'}>
                {one.functionError === '' ? '✓' : '✗'}
              </span>
              {clockOf(one.at).slice(0, 8)} · {timed(one.startMs)} + {timed(one.durationMs)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function timed(ms: number): string {
  return Number.isNaN(ms) ? '–' : milliseconds(ms);
}

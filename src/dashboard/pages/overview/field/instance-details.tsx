import type { ReactNode } from 'react';
import type { InstanceRow } from '../../../../model/dashboard/overview.ts';
import { age, count } from '../../../parts/format.ts';
import { useServiceTime } from '../../../parts/use-second.ts';
import { belongsTo } from './draw.ts';
import { containerStates } from './palette.ts';

/** One instance of those in the picture, and how to go to another without a pointer. */
export interface InstanceDetailsProps {
  readonly rows: ReadonlyMap<string, InstanceRow>;
  readonly selected: string | undefined;
  readonly select: (key: string) => void;
  readonly driver: string;
}

/** Containers that are named; more are counted. */
const namedMax = 6;

/** The instance that the pointer is at, or that was gone to with the buttons, in words. As high whatever is in it. */
export function InstanceDetails({ rows, selected, select, driver }: InstanceDetailsProps): ReactNode {
  const now = useServiceTime();
  const keys = [...rows.keys()];
  const row = selected === undefined ? undefined : rows.get(selected);
  const go = (by: number): void => {
    const at = selected === undefined ? -1 : keys.indexOf(selected);
    const next = keys[(Math.max(at, by > 0 ? -1 : 0) + by + keys.length) % keys.length];
    if (next !== undefined) select(next);
  };
  return (
    <div className="overview-details">
      <button
        type="button"
        className="icon-button"
        aria-label="Previous instance"
        onClick={() => go(-1)}
        disabled={keys.length === 0}
      >
        ‹
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Next instance"
        onClick={() => go(1)}
        disabled={keys.length === 0}
      >
        ›
      </button>
      <div className="overview-details-words small" aria-live="polite">
        {row === undefined ? (
          <span className="muted">Point at an instance to see what is in it.</span>
        ) : (
          <>
            <p>
              <strong>{row.id}</strong> {driver} · {row.configuration} · {belongsTo(row)} · {age(now - row.bornAtMs)}
            </p>
            <p className="muted">{containersText(row)}</p>
          </>
        )}
      </div>
    </div>
  );
}

function containersText({ containers }: InstanceRow): string {
  if (containers.length === 0) return 'No containers.';
  const named = containers.slice(0, namedMax).map(({ state, runtime, functionName, memoryMb, invocations }) => {
    const { word } = containerStates[state];
    if (functionName === undefined) return `${word} ${runtime}`;
    return `${word} ${functionName}${memoryMb === undefined ? '' : ` ${memoryMb} MB`} (${count(invocations)} calls)`;
  });
  return [...named, ...(containers.length > namedMax ? [`${containers.length - namedMax} more`] : [])].join(', ');
}

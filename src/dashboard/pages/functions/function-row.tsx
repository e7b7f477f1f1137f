import type { ReactNode } from 'react';
import { hrefOf } from '../../app/router.ts';
import { bytes, count, milliseconds, percent, plural } from '../../parts/format.ts';
import { Sparkline } from '../../parts/sparkline.tsx';
import { ago } from '../../parts/times.ts';
import type { Prices } from '../../../model/accounts/prices.ts';
import type { FunctionRow } from '../../../model/dashboard/functions.ts';
import { cost } from './cost.ts';
import { StateTag } from './state-tag.tsx';

/** One function of the list. */
export function Row({ row, now, prices }: { row: FunctionRow; now: number; prices: Prices | undefined }): ReactNode {
  const { name, runtime, memoryMb, codeBytes, calls } = row;
  return (
    <tr>
      <td>
        <a className="functions-name" href={hrefOf('functions', [name])}>
          {name}
        </a>
        <span className="functions-runtime muted small">
          {runtime} <StateTag row={row} />
        </span>
      </td>
      <td className="functions-calls">
        {calls === undefined ? (
          <span className="muted">none</span>
        ) : (
          <>
            <Sparkline
              values={calls.minutes}
              bad={calls.minuteErrors}
              label={`${plural(calls.calls, 'call')} by minute`}
            />{' '}
            {count(calls.calls)}
          </>
        )}
      </td>
      <td className={calls !== undefined && calls.errors + calls.refused > 0 ? 'number tone-bad' : 'number'}>
        {calls === undefined ? '' : percent(errorShare(row))}
      </td>
      <td className="number wide-only">{times(calls?.durationP50)}</td>
      <td className="number">{times(calls?.durationP99)}</td>
      <td className="number wide-only">{times(calls?.startP50)}</td>
      <td className="number wide-only">{calls === undefined ? '' : cost(calls, prices)}</td>
      <td className="number wide-only nowrap">{count(memoryMb)} MB</td>
      <td className="number wide-only nowrap">{bytes(codeBytes)}</td>
      <td className="wide-only nowrap muted">{calls?.lastAt ? ago(calls.lastAt, now) : ''}</td>
    </tr>
  );
}

function times(ms: number | null | undefined): ReactNode {
  return ms === null || ms === undefined ? '' : <span className="nowrap">{milliseconds(ms)}</span>;
}

/** Of its calls in the last hour, those that failed or were refused, 0 … 1. */
export function errorShare({ calls }: FunctionRow): number {
  if (calls === undefined) return 0;
  const all = calls.calls + calls.refused;
  return all === 0 ? 0 : (calls.errors + calls.refused) / all;
}

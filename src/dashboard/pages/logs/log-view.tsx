import '../../parts/parts.css';
import './logs.css';
import { useEffect, useEffectEvent, useMemo, useState, type ReactNode } from 'react';
import { setQuery, usePlace } from '../../app/router.ts';
import { count, plural } from '../../parts/format.ts';
import { logLevels, type LogLine } from '../../../model/dashboard/logs.ts';
import { useAsk } from '../../state/use.ts';
import { LineDetails } from './line-details.tsx';
import { LineList } from './line-list.tsx';
import { VolumeBars } from './volume-bars.tsx';
import { LogTail, nothingYet, type LogFilters, type LogState } from './log-tail.ts';

const spans = [
  ['15 min', 900_000],
  ['1 h', 3_600_000],
  ['24 h', 86_400_000],
  ['7 d', 604_800_000],
] as const;
/** Whoever types is not asked for at each letter, ms. */
const typedMs = 250;

/** Lines of logs with filters, which are in the page's address: of one function, or of all and those of `names` to choose from. */
export function LogView({ functionName, names }: { functionName?: string; names?: readonly string[] }): ReactNode {
  const { query } = usePlace();
  const chosen = functionName ?? query.get('function') ?? '';
  const level = query.get('level') ?? '';
  const text = useSettled(query.get('text') ?? '');
  const requestId = useSettled(query.get('request') ?? '');
  const spanMs = Number(query.get('span') ?? 3_600_000) || 3_600_000;
  const filters = useMemo(
    () => ({ functionName: chosen, level, text, requestId, spanMs }),
    [chosen, level, text, requestId, spanMs],
  );
  const tail = useLogTail(filters);
  const [paused, setPaused] = useState<readonly LogLine[] | undefined>();
  const [picked, setPicked] = useState<LogLine | undefined>();
  const [wanted, setWanted] = useState<{ readonly atMs: number }>();
  const lines = paused ?? tail.lines;
  return (
    <section className={`card logs${functionName === undefined ? '' : ' logs-inside'}`} aria-label="Log">
      <div className="logs-filters">
        <Filters filters={filters} names={names} />
        <button
          type="button"
          aria-pressed={paused !== undefined}
          onClick={() => setPaused(paused === undefined ? tail.lines : undefined)}
        >
          {paused === undefined ? 'Pause' : `Resume (${count(newerThan(tail.lines, paused))} new)`}
        </button>
        <output className="muted small logs-count">
          {tail.error === '' ? plural(lines.length, 'line') : <span className="problem">{tail.error}</span>}
          {tail.missing > 0 && `, ${count(tail.missing)} came too fast`}
        </output>
      </div>
      <VolumeBars lines={lines} level={level} goTo={(atMs) => setWanted({ atMs })} />
      <LineList
        lines={lines}
        wanted={wanted}
        withFunction={functionName === undefined && chosen === ''}
        picked={picked?.id}
        pick={setPicked}
        nothing={nothing(tail, filters)}
      />
      {picked !== undefined && <LineDetails line={picked} close={() => setPicked(undefined)} />}
    </section>
  );
}

/** What is wanted, as it can be changed; without `names`, of one function only. */
function Filters({
  filters: { functionName, level, text, requestId, spanMs },
  names,
}: {
  filters: LogFilters;
  names: readonly string[] | undefined;
}): ReactNode {
  return (
    <>
      {names !== undefined && (
        <select
          aria-label="Function"
          value={functionName}
          onChange={({ target }) => setQuery({ function: target.value })}
        >
          <option value="">All functions</option>
          {(names.includes(functionName) || functionName === '' ? names : [functionName, ...names]).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      )}
      <select aria-label="Level, at least" value={level} onChange={({ target }) => setQuery({ level: target.value })}>
        <option value="">All lines</option>
        {logLevels.slice(1).map((one) => (
          <option key={one} value={one}>
            {one === 'TRACE' ? 'What code prints' : `${one} and above`}
          </option>
        ))}
      </select>
      <select aria-label="Since" value={spanMs} onChange={({ target }) => setQuery({ span: target.value })}>
        {spans.map(([title, ms]) => (
          <option key={ms} value={ms}>
            Last {title}
          </option>
        ))}
      </select>
      <input
        type="search"
        className="logs-text"
        placeholder="Contains…"
        aria-label="Contains"
        defaultValue={text}
        onChange={({ target }) => setQuery({ text: target.value })}
      />
      <input
        type="search"
        className="logs-request mono"
        placeholder="Request id…"
        aria-label="Request id"
        key={requestId}
        defaultValue={requestId}
        onChange={({ target }) => setQuery({ request: target.value.trim() })}
      />
    </>
  );
}

function nothing({ known, error }: LogState, { level, text, requestId }: LogFilters): string {
  if (!known || error !== '') return '';
  return level + text + requestId === ''
    ? 'Nothing was printed in that time. Lines appear here as they are printed.'
    : 'No line is like that. Lines that are appear here as they are printed.';
}

function newerThan(lines: readonly LogLine[], paused: readonly LogLine[]): number {
  const last = paused.at(-1)?.id ?? '';
  return lines.length - lines.findLastIndex(({ id }) => id <= last) - 1;
}

/** What a tail with these filters has; begins anew when they change. */
function useLogTail(filters: LogFilters): LogState {
  const ask = useAsk();
  const asks = useEffectEvent(ask);
  const [told, setTold] = useState({ filters, state: nothingYet });
  useEffect(() => {
    const tail = new LogTail(
      (asked) => asks(asked),
      filters,
      (state) => setTold({ filters, state }),
    );
    return () => tail.stop();
  }, [filters]);
  return told.filters === filters ? told.state : nothingYet;
}

/** What is typed, once it is not typed any more. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), typedMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

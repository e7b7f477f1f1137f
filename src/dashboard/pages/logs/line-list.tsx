import { useLayoutEffect, useRef, useState, useSyncExternalStore, type ReactNode } from 'react';
import { count } from '../../parts/format.ts';
import { clockOf } from '../../parts/times.ts';
import type { LogLine } from '../../../model/dashboard/logs.ts';

/** A line below the other, where there is no room beside it. */
const narrow = matchMedia('(max-width: 800px)');
const [rowHeightWide, rowHeightNarrow] = [24, 42];
/** Rows beyond what is seen. */
const beyond = 20;
/** Longer ones are looked at by themselves. */
const charactersMax = 600;

/** Lines in a list of which only what is seen is drawn. It stays at its end while lines come, unless somebody has scrolled away from there. */
export function LineList({
  lines,
  withFunction,
  picked,
  pick,
  nothing,
}: {
  lines: readonly LogLine[];
  withFunction: boolean;
  picked: string | undefined;
  pick: (line: LogLine) => void;
  nothing: string;
}): ReactNode {
  const rowHeight = useSyncExternalStore(onNarrow, () => (narrow.matches ? rowHeightNarrow : rowHeightWide));
  const list = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const atEnd = useRef(true);
  const [seen, setSeen] = useState('');
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return;
    if (atEnd.current) element.scrollTop = element.scrollHeight;
    if (element.clientHeight !== view.height) setView({ top: element.scrollTop, height: element.clientHeight });
  });
  const looked = (): void => {
    const element = list.current;
    if (element === null) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    atEnd.current = scrollHeight - scrollTop - clientHeight < rowHeight;
    if (!atEnd.current && seen === '') setSeen(lines.at(-1)?.id ?? '');
    if (atEnd.current && seen !== '') setSeen('');
    setView({ top: scrollTop, height: clientHeight });
  };
  const toEnd = (): void => {
    atEnd.current = true;
    setSeen('');
    list.current?.scrollTo({ top: list.current.scrollHeight });
  };
  const move = (by: number): void => {
    const at = lines.findIndex(({ id }) => id === picked);
    const next = lines[at === -1 ? lines.length - 1 : Math.max(0, Math.min(lines.length - 1, at + by))];
    if (next === undefined) return;
    pick(next);
    const top = lines.indexOf(next) * rowHeight;
    const element = list.current;
    if (element === null) return;
    if (top < element.scrollTop) element.scrollTop = top;
    if (top + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top + rowHeight - element.clientHeight;
  };
  const from = Math.max(0, Math.floor(view.top / rowHeight) - beyond);
  const shown = lines.slice(from, Math.ceil((view.top + view.height) / rowHeight) + beyond);
  const newer = seen === '' ? 0 : lines.length - 1 - lines.findLastIndex(({ id }) => id <= seen);
  return (
    <div className="logs-frame">
      <div
        ref={list}
        className="logs-list"
        role="listbox"
        aria-label="Lines"
        tabIndex={0}
        aria-activedescendant={shown.some(({ id }) => id === picked) ? `line-${picked ?? ''}` : undefined}
        onScroll={looked}
        onKeyDown={(pressed) => {
          const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 }[pressed.key];
          if (pressed.key === 'End') return toEnd();
          if (by === undefined) return undefined;
          pressed.preventDefault();
          return move(by);
        }}
      >
        <div className="logs-space" role="presentation" style={{ height: lines.length * rowHeight }}>
          {shown.map((line, at) => (
            <div
              key={line.id}
              id={`line-${line.id}`}
              role="option"
              tabIndex={-1}
              aria-selected={line.id === picked}
              aria-setsize={lines.length}
              aria-posinset={from + at + 1}
              className={`logs-line logs-${line.level.toLowerCase()}`}
              style={{ top: (from + at) * rowHeight }}
              onClick={() => pick(line)}
              onKeyDown={(pressed) => pressed.key === 'Enter' && pick(line)}
            >
              <span className="logs-time">{clockOf(line.at)}</span>
              <span className="logs-level">{line.level}</span>
              {withFunction && <span className="logs-function">{line.function}</span>}
              <span className="logs-words">{wordsOf(line)}</span>
            </div>
          ))}
        </div>
        {lines.length === 0 && <p className="muted logs-nothing">{nothing}</p>}
      </div>
      {newer > 0 && (
        <button type="button" className="primary logs-newer" onClick={toEnd}>
          ↓ {count(newer)} newer
        </button>
      )}
    </div>
  );
}

/** A line without what stands in columns of its own. */
function wordsOf({ text, requestId }: LogLine): string {
  const at = text.indexOf(`\t${requestId}\t`);
  if (requestId === '' || at === -1 || at > 40) return text.slice(0, charactersMax);
  return text.slice(text.indexOf('\t', at + requestId.length + 2) + 1).slice(0, charactersMax);
}

function onNarrow(changed: () => void): () => void {
  narrow.addEventListener('change', changed);
  return () => narrow.removeEventListener('change', changed);
}

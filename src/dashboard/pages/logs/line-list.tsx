// A list of which only a part is drawn is no `select`.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import {
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
  type KeyboardEvent,
  type ReactNode,
} from 'react';
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

interface LineListProps {
  readonly lines: readonly LogLine[];
  readonly withFunction: boolean;
  /** A moment to be shown, milliseconds since the Unix epoch; another object each time somebody wants one. */
  readonly wanted: { readonly atMs: number } | undefined;
  readonly picked: string | undefined;
  readonly pick: (line: LogLine) => void;
  /** What is said where there are none. */
  readonly nothing: string;
}

/** Lines in a list of which only what is seen is drawn. It stays at its end while lines come, unless somebody has scrolled away from there. */
export function LineList({ lines, withFunction, wanted, picked, pick, nothing }: LineListProps): ReactNode {
  const rowHeight = useSyncExternalStore(onNarrow, () => (narrow.matches ? rowHeightNarrow : rowHeightWide));
  const { list, view, seen, looked, toEnd } = useEnd(lines, rowHeight, wanted);
  const move = (by: number): void => {
    const at = lines.findIndex(({ id }) => id === picked);
    const next = lines[at === -1 ? lines.length - 1 : Math.max(0, Math.min(lines.length - 1, at + by))];
    const element = list.current;
    if (next === undefined || element === null) return;
    pick(next);
    const top = lines.indexOf(next) * rowHeight;
    const [first, last] = [element.scrollTop, element.scrollTop + element.clientHeight - rowHeight];
    if (top < first || top > last) element.scrollTo({ top: top < first ? top : top - (last - first) });
  };
  const pressed = (key: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 }[key.key];
    if (key.key === 'End') toEnd();
    if (by === undefined) return;
    key.preventDefault();
    move(by);
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
        onKeyDown={pressed}
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
              onKeyDown={({ key }) => key === 'Enter' && pick(line)}
            >
              <Line line={line} withFunction={withFunction} />
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

function Line({ line, withFunction }: { line: LogLine; withFunction: boolean }): ReactNode {
  return (
    <>
      <span className="logs-time">{clockOf(line.at)}</span>
      <span className="logs-level">{line.level}</span>
      {withFunction && <span className="logs-function">{line.function}</span>}
      <span className="logs-words">{wordsOf(line)}</span>
    </>
  );
}

/** What of a list is seen, pixels, and how it keeps to its end. `seen`: the last line when somebody left the end; '' where it is there. */
function useEnd(
  lines: readonly LogLine[],
  rowHeight: number,
  wanted: LineListProps['wanted'],
): {
  readonly list: React.RefObject<HTMLDivElement | null>;
  readonly view: { readonly top: number; readonly height: number };
  readonly seen: string;
  readonly looked: () => void;
  readonly toEnd: () => void;
} {
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const sized = useRef('');
  const [view, setView] = useState({ top: 0, height: 900 });
  const [seen, setSeen] = useState('');
  useLayoutEffect(() => {
    if (atEnd.current) list.current?.scrollTo({ top: lines.length * rowHeight });
  }, [lines, rowHeight]);
  const goTo = useEffectEvent((atMs: number) => {
    const at = lines.findIndex((line) => line.at >= atMs);
    atEnd.current = false;
    list.current?.scrollTo({ top: Math.max(0, (at === -1 ? lines.length : at) - 2) * rowHeight });
  });
  useEffect(() => {
    if (wanted !== undefined) goTo(wanted.atMs);
  }, [wanted]);
  const looked = (): void => {
    const element = list.current;
    if (element === null) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const size = `${scrollHeight} ${clientHeight}`;
    // Where the list has become another, nobody has scrolled: it stays at its end, if it was there.
    if (size === sized.current) atEnd.current = scrollHeight - scrollTop - clientHeight < rowHeight;
    else if (atEnd.current) element.scrollTo({ top: scrollHeight });
    sized.current = size;
    setSeen((before) => (atEnd.current ? '' : before || (lines.at(-1)?.id ?? '')));
    setView({ top: scrollTop, height: clientHeight });
  };
  const toEnd = (): void => {
    atEnd.current = true;
    setSeen('');
    list.current?.scrollTo({ top: list.current.scrollHeight });
  };
  return { list, view, seen, looked, toEnd };
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

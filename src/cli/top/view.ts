import { paint, visibleLength } from '../output/style.ts';
import type { Picture } from './picture.ts';
import { functionLines } from './sections/functions.ts';
import { type About, headerLines } from './sections/header.ts';
import { hostLines } from './sections/hosts.ts';
import { instanceHas, instanceLines, legend, sortedInstances } from './sections/instances.ts';
import { startLines } from './sections/starts.ts';
import type { List, ViewState } from './state.ts';
import { cut, padded, printable } from './text.ts';

/** A terminal below this is told so. */
const [columnsMin, rowsMin] = [60, 12];
/** From this width on starts and functions are side by side. */
const wideMin = 120;
/** Rows of a list that is not the one with the room that is left. */
const shortRows = 4;

/** What a terminal shows. */
export interface Frame {
  /** One a row, never more than there are, none wider than the terminal. */
  readonly lines: readonly string[];
  /** Rows of the chosen list that are shown. */
  readonly page: number;
  /** The furthest that it can be scrolled. */
  readonly offsetMax: number;
}

/** Pure: everything as lines, for a terminal of so many columns and rows. Without `rows`, all of it. */
export function view(
  picture: Picture,
  about: About,
  state: ViewState,
  columns: number,
  rows: number | undefined,
): Frame {
  if (columns < columnsMin || (rows ?? rowsMin) < rowsMin)
    return {
      lines: [cut(`Too small: ${columns}x${rows ?? '-'}, and ${columnsMin}x${rowsMin} are needed.`, columns)],
      page: 0,
      offsetMax: 0,
    };
  if (state.help) return { lines: helpLines.map((line) => cut(line, columns)), page: 0, offsetMax: 0 };
  const top = [...headerLines(picture, about, columns), ''];
  const lists = listsOf(picture, state, columns, columns >= wideMin && rows !== undefined);
  const middle = middleLines(picture, lists, state.list, columns, rows);
  const chosen = lists[state.list];
  const room = rows === undefined ? chosen.rows.length : Math.max(0, rows - top.length - middle.length - 2);
  const offsetMax = Math.max(0, chosen.rows.length - room);
  const offset = Math.min(state.offset, offsetMax);
  const shown = chosen.rows.slice(offset, offset + room);
  const list = [chosen.head, ...(chosen.rows.length === 0 ? [paint('dim', chosen.none)] : shown)];
  const padding = rows === undefined ? 0 : Math.max(0, rows - top.length - middle.length - list.length - 1);
  const place = chosen.rows.length > room ? `${offset + 1}-${offset + shown.length} of ${chosen.rows.length}` : '';
  const lines = [
    ...top,
    ...middle,
    ...list,
    ...Array.from({ length: padding }, () => ''),
    footer(state, place, columns, rows),
  ];
  return { lines: lines.slice(0, rows).map((line) => cut(line, columns)), page: room, offsetMax };
}

interface ListLines {
  readonly head: string;
  readonly rows: readonly string[];
  /** What stands there where there are none. */
  readonly none: string;
}

function listsOf(
  picture: Picture,
  { filter, sort }: ViewState,
  columns: number,
  wide: boolean,
): Readonly<Record<List, ListLines>> {
  const has = (text: string): boolean => text.toLowerCase().includes(filter.toLowerCase());
  const functions = picture.functions.filter(({ name }) => filter === '' || has(name));
  const instances = picture.instances.filter((one) => filter === '' || instanceHas(one, filter));
  const hosts = picture.hosts.filter(({ name }) => filter === '' || has(name));
  const none = (what: string): string => (filter === '' ? what : `Nothing has "${filter}" in it.`);
  return {
    instances: { ...instanceLines(sortedInstances(instances, sort), columns), none: none('No instances yet.') },
    functions: {
      ...functionLines(functions, wide ? columns - 60 : columns),
      none: none('Nothing was called yet.'),
    },
    hosts: { ...hostLines(hosts, columns), none: none('No hosts.') },
  };
}

/** What stands between the header and the chosen list: starts, and the beginning of the lists that are not chosen, as far as there is room. */
function middleLines(
  picture: Picture,
  lists: ReturnType<typeof listsOf>,
  chosen: List,
  columns: number,
  rows: number | undefined,
): string[] {
  const wide = columns >= wideMin && rows !== undefined;
  const starts = startLines(picture.starts, wide ? 58 : columns);
  const short = ({ head, rows: all, none }: ListLines, most: number): string[] => {
    const count = rows === undefined ? all.length : most;
    const shown = all.length === 0 ? [paint('dim', none)] : all.slice(0, count);
    return [head, ...shown, ...Array.from({ length: Math.max(0, count - shown.length) }, () => '')];
  };
  const other = short(chosen === 'functions' ? lists.instances : lists.functions, wide ? starts.length - 1 : shortRows);
  const hosts =
    picture.hosts.length > 0 && chosen !== 'hosts'
      ? [...short(lists.hosts, Math.min(shortRows, picture.hosts.length)), '']
      : [];
  const silent =
    picture.silentHosts.length === 0
      ? []
      : [
          paint(
            'yellow',
            `No answer from ${picture.silentHosts.map(printable).join(', ')}: what is there is not shown.`,
          ),
        ];
  if (wide && chosen !== 'functions')
    return [...silent, ...hosts, ...starts.map((line, index) => sideBySide(line, other[index] ?? '')), ''];
  const blocks = [[...starts, ''], hosts, [...other, '']];
  // The chosen list has at least four rows of its own, beside its heading, the header and the footer.
  let room = rows === undefined ? Number.POSITIVE_INFINITY : rows - 5 - 2 - shortRows - silent.length;
  const fitting = blocks.filter((block) => {
    if (block.length > room) return false;
    room -= block.length;
    return true;
  });
  return [...silent, ...fitting.flat()];
}

function sideBySide(left: string, right: string): string {
  return `${padded(left, 58)}  ${right}`;
}

function footer(
  { filter, typing, sort, list, paused }: ViewState,
  place: string,
  columns: number,
  rows: number | undefined,
): string {
  if (rows === undefined) return legend();
  if (typing) return `${paint('bold', 'Filter:')} ${filter}▏ ${paint('dim', 'Enter keeps it, Esc takes it away')}`;
  const keys = [
    `q quit`,
    `s sort: ${sort}`,
    filter === '' ? '/ filter' : `/ filter: ${filter}`,
    paused ? 'p go on' : 'p pause',
    `Tab list: ${list}`,
    ...(place === '' ? [] : [`↑↓ ${place}`]),
    '? help',
  ];
  const text = paint('dim', keys.join('  '));
  const legendFrom = columns - visibleLength(legend());
  return visibleLength(text) + 2 <= legendFrom ? `${padded(text, legendFrom)}${legend()}` : text;
}

const helpLines = [
  paint('bold', 'heddle top'),
  '',
  '  q, Ctrl-C    quit                       /    filter: names, hosts, states',
  '  p, Space     hold the picture still     Esc  without a filter',
  '  s            sort instances             Tab  which list has the most room',
  '  ↑ ↓ PgUp PgDn Home End  through it      ?    this',
  '',
  `  ${legend()}`,
  '',
  '  Calls, starts and their times are of the whole service; P50 and P99 are of the',
  '  newest 1,000 starts of each path, and ! marks what is above the promise of',
  '  100 ms. Functions and instances are those of your account, and of the warming',
  '  pool; whoever runs the service sees the calls of all accounts.',
  '',
  paint('dim', '  Any key goes back.'),
];

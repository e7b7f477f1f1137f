import { formatAge, paint } from '../../output/style.ts';
import type { CellState, InstanceRow } from '../picture.ts';
import type { Sort } from '../state.ts';
import { cell, printable } from '../text.ts';

/** A container as one character: told apart by its form, too, where there are no colours. */
const glyphs = {
  running: { text: '●', tone: 'magenta' },
  idle: { text: '○', tone: 'green' },
  starting: { text: '◌', tone: 'yellow' },
  blank: { text: '·', tone: 'dim' },
  retiring: { text: '×', tone: 'yellow' },
} as const;

const stateTones: Readonly<Record<string, 'cyan' | 'green' | 'yellow' | 'blue'>> = {
  warm: 'cyan',
  allocated: 'green',
  retiring: 'yellow',
  paused: 'blue',
};

/** What the cells mean. */
export function legend(): string {
  return Object.entries(glyphs)
    .map(([state, { text, tone }]) => `${paint(tone, text)} ${state}`)
    .join('  ');
}

/** Instances in an order that stays as it is as long as they do. */
export function sortedInstances(instances: readonly InstanceRow[], sort: Sort): InstanceRow[] {
  const owned = ({ state }: InstanceRow): number => (state === 'warm' ? 1 : 0);
  const by = {
    age: (one: InstanceRow, other: InstanceRow) => owned(one) - owned(other) || other.ageMs - one.ageMs,
    busy: (one: InstanceRow, other: InstanceRow) => other.running - one.running || owned(one) - owned(other),
    calls: (one: InstanceRow, other: InstanceRow) => other.calls - one.calls,
    idle: (one: InstanceRow, other: InstanceRow) => other.idleMs - one.idleMs,
    host: (one: InstanceRow, other: InstanceRow) => compare(one.host, other.host) || owned(one) - owned(other),
  }[sort];
  return instances.toSorted((one, other) => by(one, other) || compare(one.id, other.id));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Whether an instance has a text in anything that is shown of it. */
export function instanceHas(instance: InstanceRow, text: string): boolean {
  const { id, host, state, account, functions } = instance;
  return [id, host, state, account, ...functions].some((each) => each.toLowerCase().includes(text.toLowerCase()));
}

/** One line an instance. */
export function instanceLines(instances: readonly InstanceRow[], width: number): { head: string; rows: string[] } {
  const hosts = instances.some(({ host }) => host !== '');
  // The own account is no news; the warming pool's instances have none.
  const accounts = new Set(instances.map(({ account }) => account).filter((account) => account !== '')).size > 1;
  const idLength = Math.max(8, ...instances.map(({ id }) => id.length));
  const widths = { id: idLength + 2, host: hosts ? 12 : 0, state: 10, account: accounts ? 13 : 0, age: 5, calls: 8 };
  const room = width - Object.values(widths).reduce((sum, each) => sum + each, 0) - 2;
  // Names of functions have what cells do not need.
  const cellsMax = room < 30 ? room : Math.min(room - 16, Math.max(10, ...instances.map(({ cells }) => cells.length)));
  const namesMax = room - cellsMax - 2;
  const line = (texts: Readonly<Record<keyof typeof widths, string>>, rest: string): string =>
    [
      cell(texts.id, widths.id),
      hosts ? cell(texts.host, widths.host) : '',
      cell(texts.state, widths.state),
      accounts ? cell(texts.account, widths.account) : '',
      cell(texts.age, widths.age, 'right'),
      cell(texts.calls, widths.calls, 'right'),
      `  ${rest}`,
    ].join('');
  const headings = { id: 'INSTANCE', host: 'HOST', state: 'STATE', account: 'ACCOUNT', age: 'AGE', calls: 'CALLS' };
  return {
    head: paint('dim', line(headings, namesMax > 8 ? `${cell('CONTAINERS', cellsMax)}  FUNCTIONS` : 'CONTAINERS')),
    rows: instances.map((instance) => {
      const { id, host, state, account, ageMs, calls, cells, functions } = instance;
      const tone = stateTones[state];
      const texts = {
        id: printable(id),
        host: printable(host),
        state: tone === undefined ? printable(state) : paint(tone, state),
        account: account === '' ? '-' : printable(account),
        age: formatAge(ageMs),
        calls: calls.toLocaleString('en-US'),
      };
      const names = functions.map(printable).join(', ');
      const shown = cellsText(cells, cellsMax);
      return line(texts, namesMax > 8 ? `${cell(shown, cellsMax)}  ${cell(names, namesMax)}` : shown);
    }),
  };
}

/** Containers as cells; as numbers where they are more than there is room for. */
export function cellsText(cells: readonly CellState[], width: number): string {
  if (cells.length <= width) return cells.map((state) => paint(glyphs[state].tone, glyphs[state].text)).join('');
  const counts = new Map<CellState, number>();
  for (const state of cells) counts.set(state, (counts.get(state) ?? 0) + 1);
  return Array.from(counts, ([state, count]) => paint(glyphs[state].tone, `${glyphs[state].text}${count}`)).join(' ');
}

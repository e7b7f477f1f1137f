import type { Shape } from '../../sdk/shape.ts';
import { formatMs, paint } from './style.ts';

/** What a part of a call's time was spent on, for people. */
const meanings: Readonly<Record<string, string>> = {
  request: 'request read, checked and authorised',
  placement: 'place looked for',
  queue: 'waited for capacity',
  'instance boot': 'instance booted',
  'instance container': 'container made',
  'instance allocation': 'instance taken from the warming pool',
  load: 'code brought into the container',
  start: 'code read, up to its first line',
  init: 'module loaded (its top level)',
  handler: 'handler',
  'way there': 'on its way to another host',
  'way back': 'on its way back',
};

/** Eighths of a cell, from none to seven. */
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar from one place to another, in a width of cells. What is too short for an eighth of one is shown as that. */
export function bar(from: number, to: number, whole: number, cells: number): string {
  if (whole <= 0) return '';
  const at = (value: number): number => Math.round((Math.min(value, whole) / whole) * cells * 8);
  const begin = Math.min(at(from), cells * 8 - 1);
  const end = Math.max(at(to), begin + 1);
  // A cell is filled from its left: the first one of a bar that begins within it is drawn whole.
  const first = Math.floor(begin / 8);
  const full = Math.floor(end / 8);
  if (full <= first) return `${' '.repeat(first)}${eighths[end - first * 8] ?? ''}`;
  return `${' '.repeat(first)}${'█'.repeat(full - first)}${eighths[end - full * 8] ?? ''}`;
}

/** Where the time of a call went: a line for each part, with a bar that stands where it was. Lines are at most `columns` wide. */
export function waterfall(trace: Shape, columns: number): string[] {
  const totalMs = trace.number('totalMs');
  const rows = trace.list('stages').map((stage) => {
    const how = stage.text('how');
    const name = how === '' ? stage.text('name') : `${stage.text('name')} ${how}`;
    const host = stage.text('host');
    const meaning = `${host === '' ? '' : `${host}: `}${meanings[name] ?? name}`;
    return { name, meaning, fromMs: stage.number('fromMs'), ms: stage.number('ms') };
  });
  const nameWidth = Math.max(...rows.map(({ meaning }) => meaning.length), 0);
  const times = rows.map(({ ms }) => formatMs(ms));
  const timeWidth = Math.max(...times.map(({ length }) => length), 0);
  const cells = Math.max(10, Math.min(80, columns - nameWidth - timeWidth - 4));
  return rows.map(({ name, meaning, fromMs, ms }, index) => {
    const drawn = bar(fromMs, fromMs + ms, totalMs, cells);
    const colour = name === 'handler' || name === 'init' ? 'green' : name === 'queue' ? 'yellow' : 'cyan';
    return `${meaning.padEnd(nameWidth)}  ${(times[index] ?? '').padStart(timeWidth)}  ${paint(colour, drawn)}`;
  });
}

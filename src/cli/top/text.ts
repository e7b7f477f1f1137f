import { visibleLength } from '../output/style.ts';

/** What others named, such as a tenant, as a terminal may be given it: a control character could do anything to it, and a wide one breaks columns. */
export function printable(text: string): string {
  return text.replaceAll(/[^\u0020-\u007E]/g, '·');
}

// oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
const piece = /\u001B\[[0-9;]*m|[^\u001B]/gu;
const plain = '\u001B[0m';

/** At most `width` characters of a text, colour codes not counted; what is cut is marked. */
export function cut(text: string, width: number): string {
  if (visibleLength(text) <= width) return text;
  let [shown, length, coloured] = ['', 0, false];
  for (const [part] of text.matchAll(piece)) {
    if (part.startsWith('\u001B')) coloured = true;
    else if ((length += 1) >= width) break;
    shown += part;
  }
  return `${shown}${width > 0 ? '…' : ''}${coloured ? plain : ''}`;
}

/** A cell of a column, exactly so wide. */
export function cell(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const fitting = cut(text, width);
  const padding = ' '.repeat(Math.max(0, width - visibleLength(fitting)));
  return align === 'right' ? padding + fitting : fitting + padding;
}

const eighths = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/** A bar for a share of 0 to 1, exactly so wide. */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  // What is there can be seen, however little it is.
  const shown = share > 0 ? Math.max(1, full) : 0;
  const text = '█'.repeat(Math.floor(shown / 8)) + (shown % 8 === 0 ? '' : (eighths[shown % 8] ?? ''));
  return text.padEnd(width);
}

const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** The newest values, one a column; the largest of them is the full height. */
export function sparkline(values: readonly number[], width: number): string {
  const newest = values.slice(-width);
  const max = Math.max(...newest, 0);
  const line = newest.map((value) => (max === 0 ? levels[0] : levels[Math.round((value / max) * 7)])).join('');
  return line.padStart(width);
}

/** A rate for people: `0`, `0.3`, `12.4`, `1,234`; '-' where it is not known yet. */
export function rate(perSecond: number | undefined): string {
  if (perSecond === undefined) return '-';
  if (perSecond === 0) return '0';
  if (perSecond < 0.05) return '<0.1';
  return perSecond < 100 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString('en-US');
}

/** At least so wide. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - visibleLength(text)));
}

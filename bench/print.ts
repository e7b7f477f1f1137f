import { styleText } from 'node:util';
import type { Goal, Line } from './result.ts';

/** A number with as many digits as it has meaning. */
export function number(value: number): string {
  if (Number.isNaN(value)) return '–';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const whatWidth = 52;

/** One line of a row, as soon as it is measured. */
export function renderLine({ what, unit, values }: Line): string {
  const cells = Object.entries(values).map(([who, value]) => `${who} ${number(value)}`);
  return `  ${`${what}, ${unit}`.padEnd(whatWidth)}  ${cells.join('   ')}`;
}

/** A goal with its verdict. Colours only where `stream` is a terminal that wants them. */
export function renderGoal({ what, is, bound, to, toHere, reached }: Goal, stream: NodeJS.WriteStream): string {
  const mark = reached ? styleText('green', '✓', { stream }) : styleText('red', '✗', { stream });
  const here = toHere === to ? '' : ` (${number(toHere)} here)`;
  return `${mark} ${what}: ${number(is)}, to reach ${bound} ${number(to)}${here}`;
}

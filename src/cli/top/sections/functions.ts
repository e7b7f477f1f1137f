import { formatMb, paint } from '../../output/style.ts';
import type { FunctionRow } from '../picture.ts';
import { cell, printable, rate } from '../text.ts';

const numbers = [9, 9, 9, 6, 12] as const;
const headings = ['CALLS/S', 'ERR/S', 'RUNNING', 'HELD', 'MEMORY'] as const;
const nameMin = 12;

/** Functions that were called of late or have containers, the busiest first. */
export function functionLines(functions: readonly FunctionRow[], width: number): { head: string; rows: string[] } {
  const name = Math.max(nameMin, Math.min(40, width - numbers.reduce((sum, each) => sum + each, 0)));
  const cells = (texts: readonly string[]): string =>
    texts.map((text, index) => cell(text, numbers[index] ?? 0, 'right')).join('');
  return {
    head: paint('dim', cell('FUNCTION', name) + cells(headings)),
    rows: functions.map((row) => {
      const errors = rate(row.errorsPerSecond);
      const texts = [rate(row.perSecond), errors, String(row.running), String(row.containers), formatMb(row.memoryMb)];
      const painted = texts.map((text, index) => {
        const padded = cell(text, numbers[index] ?? 0, 'right');
        return index === 1 && (row.errorsPerSecond ?? 0) > 0 ? paint('red', padded) : padded;
      });
      return cell(printable(row.name), name) + painted.join('');
    }),
  };
}

import { startMsPromised } from '../../../model/invocations/start-path.ts';
import { formatMs, paint } from '../../output/style.ts';
import type { StartRow } from '../picture.ts';
import { cell, rate } from '../text.ts';
import { shareBar } from './header.ts';

/** Path, starts a second, p50, p99. */
const columns = [21, 9, 10, 10] as const;
/** Room for the bars of shares where there is any. */
const barMax = 20;

/** The start paths, cheapest first: always all of them, so that nothing jumps. */
export function startLines(starts: readonly StartRow[], width: number): string[] {
  const [path, ...numbers] = columns;
  const room = Math.min(barMax, width - columns.reduce((sum, each) => sum + each, 0) - 2);
  const head = ['STARTS/S', 'P50', 'P99'].map((text, index) => cell(text, numbers[index] ?? 0, 'right')).join('');
  const total = starts.reduce((sum, { perSecond = 0 }) => sum + perSecond, 0);
  return [
    paint('dim', cell('START PATH', path) + head),
    ...starts.map((row) => {
      const share = total === 0 ? 0 : (row.perSecond ?? 0) / total;
      const cells = [
        cell(row.path, path),
        cell(rate(row.perSecond), numbers[0], 'right'),
        time(row.p50Ms, row.path, numbers[1]),
        time(row.p99Ms, row.path, numbers[2]),
      ];
      const line = cells.join('') + (room >= 4 ? `  ${shareBar(share, room)}` : '');
      return row.count === 0 ? paint('dim', line.trimEnd()) : line;
    }),
  ];
}

/** In red where the promise is not kept; without colours marked. */
function time(ms: number | undefined, path: string, width: number): string {
  if (ms === undefined) return cell('-', width, 'right');
  const broken = ms >= startMsPromised && path !== 'cold-instance';
  const text = cell(`${broken ? '!' : ''}${formatMs(ms)}`, width, 'right');
  return broken ? paint('red', text) : text;
}

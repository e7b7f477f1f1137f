import type { Shape } from '../../sdk/shape.ts';
import { formatBytes, paint } from '../output/style.ts';
import { table } from '../output/table.ts';

/** What the account's functions connected to since the service started; busiest first, so many. */
const rowsMax = 20;

/** Connections, refusals and bytes of each function. */
export function egressTable(egress: readonly Shape[]): string {
  const right = { align: 'right' } as const;
  const busiest = egress.toSorted((a, b) => b.number('connections') - a.number('connections')).slice(0, rowsMax);
  return table(
    [
      { heading: 'CONNECTIONS OF' },
      { heading: 'MADE', ...right },
      { heading: 'OPEN', ...right },
      { heading: 'REFUSED', ...right },
      { heading: 'MOVED', ...right },
      { heading: 'OUT', ...right },
      { heading: 'IN', ...right },
    ],
    busiest.map((one) => [
      paint('bold', one.text('functionName') || 'all others'),
      String(one.number('connections')),
      String(one.number('open')),
      String(one.number('refusals')),
      String(one.number('moved')),
      formatBytes(one.number('bytesOut')),
      formatBytes(one.number('bytesIn')),
    ]),
  );
}

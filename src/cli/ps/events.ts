import type { Shape } from '../../sdk/shape.ts';
import { formatAge, paint } from '../output/style.ts';
import { table } from '../output/table.ts';

/** Asynchronous invocations of each function, and what is on its way to each destination. */
export function eventLinesTable(lines: readonly Shape[]): string {
  const right = { align: 'right' } as const;
  return table(
    [
      { heading: 'EVENTS OF' },
      { heading: 'WAITING', ...right },
      { heading: 'OLDEST', ...right },
      { heading: 'IN FLIGHT', ...right },
      { heading: 'RETRYING', ...right },
      { heading: 'FAILED', ...right },
      { heading: 'DELIVERED', ...right },
    ],
    lines.map((line) => {
      const [depth, inFlight, failed] = [line.number('depth'), line.number('inFlight'), line.number('failed')];
      return [
        paint('bold', line.text('line')),
        String(Math.max(0, depth - inFlight)),
        depth === 0 ? '-' : formatAge(line.number('oldestAgeMs')),
        String(inFlight),
        String(line.number('retrying')),
        failed > 0 ? paint('red', String(failed)) : '0',
        String(line.number('succeeded')),
      ];
    }),
  );
}

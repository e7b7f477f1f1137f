import type { Shape } from '../../sdk/shape.ts';
import { paint } from '../output/style.ts';
import { table } from '../output/table.ts';

const states = [
  ['READY', 'green', '✓ ready'],
  ['IN_PROGRESS', 'yellow', '… in progress'],
  ['FAILED', 'red', '✗ failed'],
] as const;

/** What functions have of their own, of all that the account may have at once. `width`: of the terminal. */
export function capacityTable(capacity: readonly Shape[], width: number): string {
  const right = { align: 'right' } as const;
  return table(
    [
      { heading: 'CAPACITY' },
      { heading: 'KIND' },
      { heading: 'CALLS AT ONCE', ...right },
      { heading: 'READY', ...right },
      { heading: 'STATE' },
    ],
    capacity.map(capacityRow),
    width,
  );
}

function capacityRow(one: Shape): string[] {
  const [, tone, words] = states.find(([status]) => status === one.text('status')) ?? [];
  const why = one.text('why');
  const given = new Set(one.names);
  const state = words === undefined ? '' : paint(tone ?? 'dim', words);
  return [
    paint('bold', one.text('name')),
    one.text('kind'),
    given.has('calls') ? one.number('calls').toLocaleString('en-US') : '',
    given.has('ready') ? one.number('ready').toLocaleString('en-US') : '',
    state + (why === '' ? '' : `\n${why}`),
  ];
}

/** How many calls an account may have at once. */
export function concurrencyLine(concurrency: Shape): string {
  const [max, unreserved] = [concurrency.number('max'), concurrency.number('unreserved')];
  const all = `Calls at once: ${max.toLocaleString('en-US')} for the account`;
  return max === unreserved ? `${all}.` : `${all}, ${unreserved.toLocaleString('en-US')} of them not reserved.`;
}

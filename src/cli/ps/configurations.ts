import type { Shape } from '../../sdk/shape.ts';
import { formatMb, paint } from '../output/style.ts';
import { table } from '../output/table.ts';

/** So many functions are named, then counted. */
const namesMax = 3;

/** What the first call of each configuration of the account's functions finds, and because of which functions. `width`: of the terminal. */
export function configurationsTable(configurations: readonly Shape[], width: number): string {
  const right = { align: 'right' } as const;
  return table(
    [
      { heading: 'CONFIGURATION' },
      { heading: 'MEMORY', ...right },
      { heading: 'FIRST CALL' },
      { heading: 'READY', ...right },
      { heading: 'MAKING', ...right },
      { heading: 'BECAUSE OF' },
    ],
    configurations.map(configurationRow),
    width,
  );
}

function configurationRow(configuration: Shape): string[] {
  const path = configuration.text('path');
  const why = configuration.text('why');
  return [
    paint('bold', configuration.text('runtime')),
    formatMb(configuration.number('memoryMb')),
    path === '' ? paint('yellow', '… waits') : paint('green', `✓ ${path}`),
    String(configuration.number('ready')),
    String(configuration.number('making')),
    namesOf(configuration.texts('because')) + (why === '' ? '' : `\n${paint('yellow', why)}`),
  ];
}

/** `a, b, c and 4 more` */
export function namesOf(names: readonly string[]): string {
  const more = names.length - namesMax;
  if (more <= 1) return names.join(', ');
  return `${names.slice(0, namesMax).join(', ')} and ${more} more`;
}

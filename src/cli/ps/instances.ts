import type { Shape } from '../../sdk/shape.ts';
import { formatAge, formatMb, paint } from '../output/style.ts';
import { table } from '../output/table.ts';

const tones = {
  warm: 'cyan',
  allocated: 'green',
  retiring: 'yellow',
  blank: 'dim',
  starting: 'yellow',
  idle: 'green',
  running: 'magenta',
} as const;

function state(text: string): string {
  const tone = Object.entries(tones).find(([name]) => name === text)?.[1];
  return tone === undefined ? text : paint(tone, text);
}

/** What the warming pool has, by runtime. */
export function warmingTable(pools: readonly Shape[]): string {
  const right = { align: 'right' } as const;
  return table(
    [
      { heading: 'WARMING POOL' },
      { heading: 'READY', ...right },
      { heading: 'STARTING', ...right },
      { heading: 'TARGET', ...right },
      { heading: 'BLANK CONTAINERS' },
    ],
    pools.map((pool) => [
      pool.text('configuration'),
      String(pool.number('ready')),
      String(pool.number('starting')),
      String(pool.number('target')),
      `${pool.number('blanks')} (${pool.number('blanksWanted')} wanted in each)`,
    ]),
  );
}

function containerRows(instance: Shape): string[][] {
  return instance.list('containers').map((container, index, all) => {
    const memoryMb = container.number('memoryMb');
    return [
      `${index === all.length - 1 ? '└─' : '├─'} ${container.text('id')}`,
      memoryMb === 0 ? container.text('runtime') : `${container.text('runtime')} ${formatMb(memoryMb)}`,
      state(container.text('state')),
      container.text('functionName'),
      formatAge(container.number('ageMs')),
      formatAge(container.number('idleMs')),
      String(container.number('invocations')),
    ];
  });
}

/** Instances with their containers. */
export function instancesTable(instances: readonly Shape[]): string {
  const rows = instances.flatMap((instance) => [
    [
      paint('bold', instance.text('id')),
      '',
      state(instance.text('state')),
      '',
      formatAge(instance.number('ageMs')),
      formatAge(instance.number('idleMs')),
      '',
    ],
    ...containerRows(instance),
  ]);
  const columns = ['INSTANCE', 'RUNTIME, MEMORY', 'STATE', 'FUNCTION', 'AGE', 'IDLE', 'CALLS'];
  const right = new Set(['AGE', 'IDLE', 'CALLS']);
  return table(
    columns.map((heading) => ({ heading, align: right.has(heading) ? 'right' : 'left' }) as const),
    rows,
  );
}

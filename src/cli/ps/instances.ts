import type { Shape } from '../../sdk/shape.ts';
import { formatAge, formatBytes, formatMb, paint } from '../output/style.ts';
import { table } from '../output/table.ts';

const tones = {
  warm: 'cyan',
  allocated: 'green',
  retiring: 'yellow',
  paused: 'blue',
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
      [container.text('functionName'), container.text('capacity')].filter((word) => word !== '').join(', '),
      formatAge(container.number('ageMs')),
      formatAge(container.number('idleMs')),
      String(container.number('invocations')),
    ];
  });
}

/** Tenants may have 256 characters, which no table has room for. */
const tenantLengthMax = 40;

function short(tenant: string): string {
  return tenant.length <= tenantLengthMax ? tenant : `${tenant.slice(0, tenantLengthMax - 1)}…`;
}

/** Whom it is for, where that is not its whole account as usual. */
function ownerWords(instance: Shape): string {
  const only = instance.text('dedicatedTo');
  const dedicated = instance.flag('kept') ? 'dedicated to the account' : only && `dedicated to ${only}`;
  const tenant = instance.text('tenantId');
  const portion = instance.object('portion');
  const trust = portion.text('trust');
  const part = trust && `${trust} ${short(portion.text('group'))}`;
  const { bytes, to } = pausedOf(instance);
  const paused = to && `to ${to}${bytes > 0 ? `, ${formatBytes(bytes)}` : ''}`;
  return [dedicated, tenant && `tenant ${short(tenant)}`, part, paused].filter((words) => words !== '').join(', ');
}

function pausedOf(instance: Shape): { readonly to: string; readonly bytes: number } {
  const paused = instance.object('paused');
  return { to: paused.text('to'), bytes: paused.number('bytes') };
}

/** Instances with their containers; in a cluster, with the hosts that they are on. */
export function instancesTable(instances: readonly Shape[]): string {
  const hosts = instances.some((instance) => instance.text('host') !== '');
  const rows = instances.flatMap((instance) => [
    [
      paint('bold', instance.text('id')),
      '',
      state(instance.text('state')),
      ownerWords(instance),
      formatAge(instance.number('ageMs')),
      formatAge(instance.number('idleMs')),
      '',
      ...(hosts ? [instance.text('host')] : []),
    ],
    ...containerRows(instance).map((row) => (hosts ? [...row, ''] : row)),
  ]);
  const usual = ['INSTANCE', 'RUNTIME, MEMORY', 'STATE', 'FUNCTION', 'AGE', 'IDLE', 'CALLS'];
  const columns = hosts ? [...usual, 'HOST'] : usual;
  const right = new Set(['AGE', 'IDLE', 'CALLS']);
  return table(
    columns.map((heading) => ({ heading, align: right.has(heading) ? 'right' : 'left' }) as const),
    rows,
  );
}

import type { Shape } from '../../sdk/shape.ts';
import { formatAge, paint, visibleLength } from '../output/style.ts';
import { table } from '../output/table.ts';

/** One column of hosts. */
interface HostColumn {
  readonly heading: string;
  readonly align?: 'right';
  readonly cell: (host: Shape) => string;
  /** Left out where the terminal is too narrow, those with the lowest number first; missing: never. With `dull`, only where all hosts say that; `same`: where all say the same. */
  readonly leaveOut?: { readonly turn: number; readonly dull?: string };
}

/** Hosts, with what they do; below them why some say nothing. The one that was asked has a star. `now`: milliseconds since the Unix epoch; `width`: of the terminal. */
export function hostsTable(hosts: readonly Shape[], asked: string, now: number, width: number): string {
  const rest = columnsOf(hosts, asked, now);
  while (widthOf(rest, hosts) > width) {
    const next = rest
      .filter((column) => mayLeaveOut(column, hosts))
      .toSorted((a, b) => (a.leaveOut?.turn ?? 0) - (b.leaveOut?.turn ?? 0))[0];
    if (next === undefined) break;
    rest.splice(rest.indexOf(next), 1);
  }
  const rows = hosts.map((host) => rest.map(({ cell }) => cell(host)));
  const silent = hosts.filter((host) => host.text('why') !== '');
  const notes = silent.map((host) => `${host.text('name')}: ${host.text('why')}`);
  return [table(rest, rows), ...notes].join('\n');
}

function columnsOf(hosts: readonly Shape[], asked: string, now: number): HostColumn[] {
  const names = new Set(hosts.map((host) => host.text('name')));
  const right = { align: 'right' } as const;
  const load = (of: (load: Shape) => string): HostColumn['cell'] => {
    return (host) => (host.names.includes('load') ? of(host.object('load')) : '-');
  };
  const count = (member: string): HostColumn['cell'] =>
    load((one) => {
      const text = one.number(member).toLocaleString('en-US');
      return member === 'waiting' && text !== '0' ? paint('yellow', text) : text;
    });
  return [
    { heading: 'HOST', cell: (host) => `${paint('bold', host.text('name'))}${host.text('id') === asked ? ' *' : ''}` },
    // Names are for people; where two hosts have the same one, ids tell them apart.
    ...(names.size < hosts.length ? [{ heading: 'ID', cell: (host: Shape) => paint('dim', host.text('id')) }] : []),
    { heading: 'STATE', cell: stateOf },
    { heading: 'RELEASE', cell: (host) => host.text('release'), leaveOut: { turn: 4, dull: 'same' } },
    { heading: 'SPEAKS', cell: (host) => protocolOf(host.object('protocol')), leaveOut: { turn: 3, dull: 'same' } },
    { heading: 'UP', ...right, cell: (host) => ageOf(host, now), leaveOut: { turn: 1 } },
    { heading: 'RUNNING', ...right, cell: count('running') },
    { heading: 'WAITING', ...right, cell: count('waiting'), leaveOut: { turn: 5, dull: '0' } },
    { heading: 'IDLE', ...right, cell: count('idleContainers') },
    { heading: 'MEMORY', ...right, cell: load(memoryOf) },
    {
      heading: 'LOAD',
      ...right,
      cell: load((one) => `${one.number('processorLoad').toFixed(1)}/${one.number('processors')}`),
    },
    { heading: 'SHARDS', ...right, cell: load((one) => String(one.list('shards').length)) },
    { heading: 'BEHIND', ...right, cell: behindOf, leaveOut: { turn: 2, dull: '0' } },
  ];
}

function mayLeaveOut({ cell, leaveOut }: HostColumn, hosts: readonly Shape[]): boolean {
  if (leaveOut === undefined) return false;
  const { dull } = leaveOut;
  const said = new Set(hosts.map(cell).filter((text) => text !== '-'));
  if (dull === undefined) return true;
  return dull === 'same' ? said.size <= 1 : [...said].every((text) => text === dull);
}

function widthOf(columns: readonly HostColumn[], hosts: readonly Shape[]): number {
  const widths = columns.map(({ heading, cell }) =>
    Math.max(heading.length, ...hosts.map((host) => visibleLength(cell(host)))),
  );
  return widths.reduce((sum, each) => sum + each + 2, -2);
}

function stateOf(host: Shape): string {
  if (!host.flag('alive')) return paint('red', '✗ silent');
  if (host.text('why') !== '') return paint('yellow', '? no answer');
  return host.flag('draining') ? paint('yellow', '… drains') : paint('green', '✓ there');
}

function protocolOf(protocol: Shape): string {
  const [min, max] = [protocol.number('min'), protocol.number('max')];
  return min === max ? `${max}` : `${min}-${max}`;
}

function ageOf(host: Shape, now: number): string {
  return host.flag('alive') ? formatAge(Math.max(0, now - host.number('startedAt'))) : '-';
}

function memoryOf(load: Shape): string {
  const gb = (member: string): string => {
    const value = load.number(member) / 1_024;
    return value.toFixed(value < 9.95 ? 1 : 0);
  };
  return `${gb('memoryMb')}/${gb('memoryMbMax')} GB`;
}

function behindOf(host: Shape): string {
  if (!host.names.includes('stateBehind')) return '-';
  const behind = host.number('stateBehind');
  return behind > 0 ? paint('yellow', behind.toLocaleString('en-US')) : '0';
}

import type { ReactNode } from 'react';
import type { ContainerRow, InstanceRow } from '../../../model/dashboard/overview.ts';
import { age } from '../../parts/format.ts';
import { Table, type Column } from '../../parts/table.tsx';
import { useServiceTime } from '../../parts/use-second.ts';
import { belongsTo } from './field/draw.ts';
import { containerStates } from './field/palette.ts';

/** The instances as a table: the same as the picture, for reading. */
export function InstancesTable({
  rows,
  height,
}: {
  rows: ReadonlyMap<string, InstanceRow>;
  height: number;
}): ReactNode {
  const now = useServiceTime();
  return (
    <Table label="Instances" columns={columnsAt(now)} rows={[...rows]} keyOf={([key]) => key} heightMax={height} />
  );
}

function columnsAt(now: number): readonly Column<readonly [string, InstanceRow]>[] {
  return [
    { title: 'Instance', cell: ([, { id }]) => <strong>{id}</strong> },
    {
      title: 'Pool',
      cell: ([, { state }]) => <span className={tags[state]}>{state === 'warm' ? 'warming' : state}</span>,
    },
    { title: 'Configuration', cell: ([, { configuration }]) => configuration },
    { title: 'Whose', cell: ([, row]) => belongsTo(row) },
    { title: 'Containers', cell: ([, { containers }]) => statesText(containers) },
    { title: 'Functions', cell: ([, { containers }]) => functionsText(containers) },
    { title: 'Age', number: true, cell: ([, { bornAtMs }]) => age(now - bornAtMs) },
  ];
}

const tags = { warm: 'tag info', allocated: 'tag good', retiring: 'tag bad', paused: 'tag warn' } as const;

function statesText(containers: readonly ContainerRow[]): string {
  const counts = new Map<string, number>();
  for (const { state } of containers)
    counts.set(containerStates[state].word, (counts.get(containerStates[state].word) ?? 0) + 1);
  return [...counts].map(([word, n]) => `${n} ${word}`).join(', ') || 'none';
}

function functionsText(containers: readonly ContainerRow[]): string {
  const names = [...new Set(containers.flatMap(({ functionName }) => functionName ?? []))];
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}

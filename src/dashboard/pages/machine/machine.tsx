import '../../parts/parts.css';
import './machine.css';
import type { ReactNode } from 'react';
import type { DriverRow, LimitRow, MachineMemory, MachineRow } from '../../../model/dashboard/machine.ts';
import { bytes, count, milliseconds } from '../../parts/format.ts';
import { Meter } from '../../parts/meter.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { Tiles } from '../../parts/tiles.tsx';
import { useTopic } from '../../state/use.ts';

const mib = (value: number): string => bytes(value * 1_048_576);

/** What the service runs on. */
export function Machine(): ReactNode {
  const rows = [...useTopic<MachineRow>('machine').rows.values()];
  const facts = rows.find((row) => row.kind === 'facts');
  const memory = rows.find((row) => row.kind === 'memory');
  return (
    <>
      <PageHead title="Machine">{facts === undefined ? ' ' : `${facts.name} · Linux ${facts.kernel}`}</PageHead>
      <div className="stack">
        <Tiles
          tiles={[
            {
              label: 'Processors',
              value: facts === undefined ? '–' : count(facts.processors),
              note: facts?.processor ?? '',
            },
            {
              label: 'Load',
              value: memory === undefined ? '–' : memory.load.toFixed(2),
              note: 'of the machine, one minute',
            },
            {
              label: 'Memory available',
              value: memory === undefined ? '–' : mib(memory.availableMb),
              note: memory === undefined ? '' : `of ${mib(memory.totalMb)}`,
            },
            {
              label: 'Service',
              value: memory === undefined ? '–' : mib(memory.serviceMb),
              note: facts === undefined ? '' : `process ${facts.pid}, Node ${facts.node}`,
            },
          ]}
        />
        <section className="card">
          <h2>Memory of instances</h2>
          <InstancesMemory memory={memory} />
        </section>
        <section className="card">
          <h2>Drivers</h2>
          <Drivers rows={rows.filter((row) => row.kind === 'driver')} />
        </section>
        <section className="card">
          <h2>Limits</h2>
          <Limits rows={rows.filter((row) => row.kind === 'limit')} />
        </section>
      </div>
    </>
  );
}

function InstancesMemory({ memory }: { memory: MachineMemory | undefined }): ReactNode {
  const { totalMb, freeMb, idleMb } = memory?.instances ?? { totalMb: 0, freeMb: 0, idleMb: 0 };
  const parts = [
    { label: 'in use', value: Math.max(0, totalMb - freeMb - idleMb), colour: '--busy' },
    { label: 'idle, to be had', value: idleMb, colour: '--idle' },
    { label: 'free', value: freeMb },
  ] as const;
  return <Meter parts={parts} format={mib} />;
}

/** Whether a driver works here, as `heddle doctor` has it. */
function Verdict({ row: { verdict, used } }: { row: DriverRow }): ReactNode {
  if (used) return <span className="tag good">in use</span>;
  if (verdict === undefined) return <span className="tag">not tried</span>;
  return verdict.works ? <span className="tag info">works</span> : <span className="tag bad">does not work</span>;
}

/** What is in use comes first, and what does not work last. */
function usefulness({ used, verdict }: DriverRow): number {
  return Number(used) * 2 + Number(verdict?.works ?? false);
}

function Drivers({ rows }: { rows: readonly DriverRow[] }): ReactNode {
  return (
    <ul className="machine-drivers">
      {rows
        .toSorted((a, b) => usefulness(b) - usefulness(a))
        .map((row) => {
          const { driver, verdict } = row;
          return (
            <li key={`${driver} ${verdict?.mode ?? ''}`}>
              <p className="machine-driver">
                <strong>{driver}</strong> <Verdict row={row} />
                {verdict !== undefined && (
                  <span className="muted small">
                    {verdict.mode} · tried in {milliseconds(verdict.tookMs)}
                  </span>
                )}
              </p>
              <p className="muted">
                {verdict?.evidence ?? (
                  <>
                    Nobody has tried it since this machine was started: <code>heddle doctor</code>
                  </>
                )}
              </p>
              {verdict?.remedy !== undefined && <p className="machine-remedy">{verdict.remedy}</p>}
            </li>
          );
        })}
    </ul>
  );
}

function Limits({ rows }: { rows: readonly LimitRow[] }): ReactNode {
  return (
    <dl className="machine-limits">
      {rows.map(({ name, value, unit, by }) => (
        <div key={name}>
          <dt>
            {name} {by !== undefined && <code className="muted">{by}</code>}
          </dt>
          <dd>{unit === 'calls' ? count(value) : unit === 'MiB' ? mib(value) : bytes(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

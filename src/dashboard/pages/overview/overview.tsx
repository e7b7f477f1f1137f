import '../../parts/parts.css';
import './overview.css';
import { useState, type ReactNode } from 'react';
import type { ActivityRow, InstanceRow, StartsRow } from '../../../model/dashboard/overview.ts';
import type { ServiceSnapshot, WarmingSnapshot } from '../../../model/snapshot.ts';
import { startMsPromised } from '../../../model/invocations/start-path.ts';
import { count, milliseconds, percent, plural } from '../../parts/format.ts';
import { PageHead } from '../../parts/page-head.tsx';
import { Tiles, type Tile } from '../../parts/tiles.tsx';
import { useServiceTime } from '../../parts/use-second.ts';
import { useService, useTopic } from '../../state/use.ts';
import { Calls } from './calls.tsx';
import { InstanceField } from './field/instance-field.tsx';
import { containerStates } from './field/palette.ts';
import { InstancesTable } from './instances-table.tsx';
import { Starts } from './starts.tsx';

/** As high as the picture and its details, so that nothing jumps. */
const tableHeight = 300;
/** What numbers of calls are of, seconds. */
const lately = 10;

/** The pools at work. */
export function Overview(): ReactNode {
  const service = useService();
  const { rows, known } = useTopic<InstanceRow>('instances');
  const warming = useTopic<WarmingSnapshot | ServiceSnapshot['queue']>('warming').rows;
  const activity = useTopic<ActivityRow>('activity').rows;
  const starts = useTopic<StartsRow>('starts').rows;
  const [asTable, setAsTable] = useState(false);
  const nowMs = useServiceTime();
  const booting = Math.max(0, ...[...warming.values()].map((row) => ('starting' in row ? row.starting : 0)));
  return (
    <>
      <PageHead title="Overview">{known ? headline([...rows.values()]) : ' '}</PageHead>
      <div className="stack">
        <Tiles tiles={tilesOf([...rows.values()], activity, starts, warming, nowMs)} />
        <section className="card">
          <div className="overview-head">
            <h2>Instances</h2>
            <ul className="chart-legend overview-legend">
              {Object.values(containerStates).map(({ word, colour }) => (
                <li key={word}>
                  <span className="chart-key" style={{ background: `var(${colour})` }} />
                  {word}
                </li>
              ))}
            </ul>
            <button type="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
              Table
            </button>
          </div>
          <div className="overview-pools">
            {asTable ? (
              <InstancesTable rows={rows} height={tableHeight} />
            ) : (
              <InstanceField rows={rows} booting={booting} driver={service?.driver ?? ''} />
            )}
          </div>
          {known && rows.size === 0 && booting === 0 && (
            <p className="muted">
              Nothing is kept warm and nothing runs. Deploy a function, and instances are made ready for it:{' '}
              <code>heddle deploy examples/hello</code>
            </p>
          )}
        </section>
        <div className="overview-charts">
          <Starts />
          <Calls rows={activity} nowMs={nowMs} />
        </div>
      </div>
    </>
  );
}

function headline(rows: readonly InstanceRow[]): string {
  const containers = rows.flatMap((row) => row.containers);
  return `${plural(rows.length, 'instance')} with ${plural(containers.length, 'container')}`;
}

function tilesOf(
  rows: readonly InstanceRow[],
  activity: ReadonlyMap<string, ActivityRow>,
  starts: ReadonlyMap<string, StartsRow>,
  warming: ReadonlyMap<string, WarmingSnapshot | ServiceSnapshot['queue']>,
  nowMs: number,
): readonly Tile[] {
  const until = Math.floor(nowMs / 1_000) - 1;
  const seen = [...activity.values()].filter(({ second }) => second <= until && second > until - lately);
  const sum = (pick: (row: ActivityRow) => number): number => seen.reduce((all, row) => all + pick(row), 0);
  const [ok, errors, refused] = [sum((row) => row.ok), sum((row) => row.errors), sum((row) => row.refused)];
  const ended = ok + errors + refused;
  const queue = warming.get('queue');
  const waits = queue !== undefined && 'length' in queue ? queue : { length: 0, max: 0 };
  const usual = [...starts.values()].toSorted((a, b) => b.count - a.count)[0];
  const warm = rows.filter(({ state }) => state === 'warm').length;
  const busy = rows.flatMap((row) => row.containers).filter(({ state }) => state === 'running').length;
  return [
    { label: 'Calls a second', value: rate(ended / lately), note: `mean of ${lately} s` },
    {
      label: 'Errors',
      value: ended === 0 ? '0 %' : percent((errors + refused) / ended),
      note: `${count(errors)} failed, ${count(refused)} refused`,
      ...(errors + refused > 0 && { tone: 'bad' as const }),
    },
    {
      label: 'Request to code, p50',
      value: usual === undefined ? '–' : milliseconds(usual.p50Ms),
      note: usual === undefined ? 'no calls yet' : `p99 ${milliseconds(usual.p99Ms)}`,
      ...((usual?.p50Ms ?? 0) > startMsPromised && { tone: 'bad' as const }),
      ...((usual?.p99Ms ?? 0) > startMsPromised && { noteTone: 'bad' as const }),
    },
    {
      label: 'Waiting',
      value: count(waits.length),
      note: `of ${count(waits.max)} that may`,
      ...(waits.length > 0 && { tone: 'bad' as const }),
    },
    { label: 'Warm', value: count(warm), note: 'instances to be had' },
    { label: 'Busy', value: count(busy), note: 'containers' },
  ];
}

function rate(value: number): string {
  return value < 10 && value > 0 ? value.toFixed(1) : count(value);
}

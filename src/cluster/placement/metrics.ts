import { valuesText } from '../../model/metrics-text.ts';

/** What is counted of placement, since the start. */
export interface PlacementCounts {
  /** Calls, by how they were placed. */
  readonly placed: ReadonlyMap<string, number>;
  /** Summaries that other hosts were sent. */
  readonly summaries: { readonly bytes: number; readonly messages: number };
}

/** How calls were placed, and what that takes, in Prometheus' text format. */
export function placementText({ placed, summaries }: PlacementCounts): string {
  const hows = Array.from(placed, ([how, count]) => [[how], count] as const);
  const placements = 'Calls, by where they ran and why; fell-back: a host that was sent one did not take it.';
  return [
    valuesText('counter', 'heddle_cluster_placements_total', placements, ['how'], hows),
    counter('announcements_total', 'Messages by which this host told others what it has.', summaries.messages),
    counter('announcement_bytes_total', 'Bytes of those.', summaries.bytes),
  ].join('');
}

function counter(name: string, help: string, value: number): string {
  return valuesText('counter', `heddle_cluster_${name}`, help, [], [[[], value]]);
}

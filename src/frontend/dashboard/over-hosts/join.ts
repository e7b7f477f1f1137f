import type { CallStep, CallSums } from '../../../model/dashboard/calls.ts';
import type { EgressRow, EgressTarget } from '../../../model/dashboard/network.ts';
import type { ActivityRow, PathRow, StartsRow } from '../../../model/dashboard/overview.ts';
import type { FunctionRow } from '../../../model/dashboard/functions.ts';
import type { OverHosts } from '../topic.ts';

// What several hosts say of the same, as one row. They are hosts of ours, of perhaps another release: what has no number where one should be counts as nothing.

/** Targets of one function that are shown: the newest. */
const targetsMax = 100;

/** Rows of one kind, told by a member that each has, as one row. */
export function joining<Row extends object>(
  member: keyof Row & string,
  join: (rows: readonly [Row, ...Row[]]) => Row,
): NonNullable<OverHosts['join']> {
  const isRow = (row: object): row is Row => member in row;
  return (rows) => {
    const [first, ...more] = rows.filter(isRow);
    return first === undefined ? {} : join([first, ...more]);
  };
}

/** How calls of a function went within the same time. A median of several is their mean, by their calls; a p99 is the longest of them. */
export function joinedCalls<Row extends Omit<CallStep, 'id'>>(rows: readonly [Row, ...Row[]]): Row {
  const weights = rows.map(({ calls }) => calls);
  const mean = (of: (row: Row) => number | null): number | null => meanOf(rows.map(of), weights);
  const most = (of: (row: Row) => number | null): number | null => mostOf(rows.map(of));
  return {
    ...rows[0],
    calls: sumOf(weights),
    errors: sumOf(rows.map(({ errors }) => errors)),
    refused: sumOf(rows.map(({ refused }) => refused)),
    durationP50: mean(({ durationP50 }) => durationP50),
    durationP99: most(({ durationP99 }) => durationP99),
    startP50: mean(({ startP50 }) => startP50),
    startP99: most(({ startP99 }) => startP99),
    paths: sumsOf(rows.map(({ paths }) => paths)),
  };
}

/** The same of the last hour. */
function joinedSums(rows: readonly [CallSums, ...CallSums[]]): CallSums {
  return {
    ...joinedCalls(rows),
    gbSeconds: sumOf(rows.map(({ gbSeconds }) => gbSeconds)),
    lastAt: mostOf(rows.map(({ lastAt }) => lastAt)),
    minutes: sumsOf(rows.map(({ minutes }) => minutes)),
    minuteErrors: sumsOf(rows.map(({ minuteErrors }) => minuteErrors)),
  };
}

/** A function, with how its calls went on all hosts. */
export function joinedFunctions(rows: readonly [FunctionRow, ...FunctionRow[]]): FunctionRow {
  const [first, ...more] = rows.flatMap(({ calls }) => calls ?? []);
  return { ...rows[0], ...(first !== undefined && { calls: joinedSums([first, ...more]) }) };
}

/** How starts of one path went. */
export function joinedStarts(rows: readonly [StartsRow, ...StartsRow[]]): StartsRow {
  const weights = rows.map(({ count }) => count);
  return {
    ...rows[0],
    count: sumOf(weights),
    buckets: sumsOf(rows.map(({ buckets }) => buckets)),
    p50Ms:
      meanOf(
        rows.map(({ p50Ms }) => p50Ms),
        weights,
      ) ?? 0,
    p99Ms: mostOf(rows.map(({ p99Ms }) => p99Ms)) ?? 0,
  };
}

/** How starts of one path went, of all accounts. */
export function joinedPaths(rows: readonly [PathRow, ...PathRow[]]): PathRow {
  const weights = rows.map(({ count }) => count);
  const p50Ms = meanOf(
    rows.map((row) => row.p50Ms),
    weights,
  );
  return { ...rows[0], count: sumOf(weights), p50Ms, p99Ms: mostOf(rows.map((row) => row.p99Ms)) };
}

/** What each host has of the same: numbers are added up, and what is no number is the first's. */
export function summed(rows: readonly object[]): object {
  const sums: Record<string, unknown> = {};
  for (const [name, value] of rows.flatMap((row) => Object.entries(row)))
    sums[name] = typeof value === 'number' ? Number(sums[name] ?? 0) + value : (sums[name] ?? value);
  return sums;
}

/** What happened in one second. */
export function joinedActivity(rows: readonly [ActivityRow, ...ActivityRow[]]): ActivityRow {
  const sum = (of: (row: ActivityRow) => number): number => sumOf(rows.map(of));
  return {
    second: rows[0].second,
    ok: sum(({ ok }) => ok),
    errors: sum(({ errors }) => errors),
    refused: sum(({ refused }) => refused),
    queued: sum(({ queued }) => queued),
  };
}

/** What a function connected to. */
export function joinedEgress(rows: readonly [EgressRow, ...EgressRow[]]): EgressRow {
  const sum = (of: (row: EgressRow) => number): number => sumOf(rows.map(of));
  const targets = new Map<string, EgressTarget>();
  for (const target of rows.flatMap((row) => row.targets)) {
    const known = targets.get(target.to);
    const newest = known !== undefined && known.lastAt > target.lastAt ? known : target;
    const { allowed = 0, refused = 0 } = known ?? {};
    targets.set(target.to, { ...newest, allowed: allowed + target.allowed, refused: refused + target.refused });
  }
  return {
    ...rows[0],
    connections: sum(({ connections }) => connections),
    open: sum(({ open }) => open),
    refusals: sum(({ refusals }) => refusals),
    bytesOut: sum(({ bytesOut }) => bytesOut),
    bytesIn: sum(({ bytesIn }) => bytesIn),
    targets: [...targets.values()].toSorted((one, other) => other.lastAt - one.lastAt).slice(0, targetsMax),
  };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

/** By place. */
function sumsOf(lists: readonly (readonly number[])[]): number[] {
  const length = Math.max(...lists.map((list) => list.length));
  return Array.from({ length }, (_, at) => sumOf(lists.map((list) => list[at] ?? 0)));
}

function meanOf(values: readonly (number | null)[], weights: readonly number[]): number | null {
  let [sum, weight] = [0, 0];
  for (const [at, value] of values.entries()) {
    if (value === null) continue;
    sum += value * (weights[at] ?? 0);
    weight += weights[at] ?? 0;
  }
  return weight === 0 ? null : Number((sum / weight).toPrecision(3));
}

function mostOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

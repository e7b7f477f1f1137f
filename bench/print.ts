import { styleText } from 'node:util';
import type { BenchResult } from './main.ts';
import type { Goal } from './goals.ts';
import { referenceNodeStartMs } from './yardstick.ts';

/** Rows with a head, columns padded; the first column to the left, numbers to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

const fixed = (value: number, digits: number): string => (Number.isNaN(value) ? '–' : value.toFixed(digits));

/** The whole result for a person. Colours only where `stream` is a terminal that wants them. */
export function render(result: BenchResult, goals: readonly Goal[], stream: NodeJS.WriteStream): string {
  const parts: string[] = [];
  const title = (text: string): string => styleText('bold', text, { stream });
  if (result.startPaths.length > 0) {
    const rows = result.startPaths.flatMap(({ driver, paths }) =>
      Object.entries(paths).map(([path, { n, p50, p90, p99, max }]) => [
        `${driver} ${path}`,
        String(n),
        ...[p50, p90, p99, max].map((ms) => fixed(ms, 2)),
      ]),
    );
    parts.push(title('Request → first line of user code, ms'), table(['', 'n', 'p50', 'p90', 'p99', 'max'], rows));
  }
  for (const { pinning, connections, servers } of result.roundTrips) {
    const bare = servers.find(({ server }) => server === 'node:http');
    const rows = servers.map(({ server, latencyUs, perSecond }) => [
      server,
      fixed(latencyUs.p50, 0),
      fixed(latencyUs.p99, 0),
      fixed(perSecond, 0),
      bare === undefined ? '–' : fixed(perSecond / bare.perSecond, 2),
    ]);
    parts.push(
      title(`Warm round trip through HTTP, ${connections} connection${connections === 1 ? '' : 's'}, ${pinning}`),
      table(['', 'p50 µs', 'p99 µs', 'per second', '÷ node:http'], rows),
    );
  }
  for (const { driver, rows } of result.threads) {
    const names = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
    const cells = rows.map(({ what, unit, values }) => [
      `${what}, ${unit}`,
      ...names.map((name) => fixed(values[name] ?? NaN, 2)),
    ]);
    parts.push(title(`Threads, ${driver}`), table(['', ...names], cells));
  }
  if (result.memory.length > 0) {
    const rows = result.memory.map(({ driver, instanceMb, containerMb }) => [
      driver,
      fixed(instanceMb, 1),
      fixed(containerMb, 1),
    ]);
    parts.push(title('Memory of what is idle, MiB'), table(['', 'instance', 'each container'], rows));
  }
  if (goals.length > 0) {
    const rows = goals.map(({ what, is, atMost, atMostHere, reached }) => [
      what,
      fixed(is, 2),
      fixed(atMost, 2),
      fixed(atMostHere, 2),
      reached ? styleText('green', 'reached', { stream }) : styleText('red', 'missed', { stream }),
    ]);
    const note = `(bare Node starts in ${fixed(result.nodeStartMs, 0)} ms here, in ${referenceNodeStartMs} where the goals were set)`;
    parts.push(`${title('Goals')} ${note}`, table(['', 'is', 'at most', 'here', ''], rows));
  }
  return parts.join('\n\n');
}

// `npm run bench` and `heddle bench`: what Heddle costs on this machine, beside its peers in the same run.
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { helpText, readArguments, type Wanted } from './arguments.ts';
import { baseBuild } from './builds/base.ts';
import { type Build, here } from './builds/build.ts';
import { renderLine } from './print.ts';
import type { BenchResult, Line, RowResult } from './result.ts';
import type { Row } from './row.ts';
import { rows } from './rows/all.ts';
import { nodeStartMs } from './yardstick.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function buildsFor(wanted: Wanted): Promise<readonly Build[]> {
  if (wanted.against === undefined) return [here];
  const base = await baseBuild(wanted.against);
  if (typeof base !== 'string') return [here, base];
  say(base);
  return [here];
}

async function measure(row: Row, driver: string, builds: readonly Build[], wanted: Wanted): Promise<RowResult> {
  const lines: Line[] = [];
  const notes: string[] = [];
  const note = (text: string): void => {
    notes.push(text);
    say(`  ${text}`);
  };
  const startedAt = performance.now();
  say(`\n${row.name} (${driver})`);
  try {
    for await (const line of row.run({ driver, builds, full: wanted.full, profileDir: undefined, note })) {
      lines.push(line);
      say(renderLine(line));
    }
  } catch (error) {
    // What one row cannot measure must not cost the others; the run fails in the end.
    process.exitCode = 1;
    note(`failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  say(`  (${((performance.now() - startedAt) / 1_000).toFixed(0)} s)`);
  return { row: row.name, driver, lines, notes };
}

const wanted = readArguments(
  process.argv.slice(2),
  rows.map(({ name }) => name),
);
if (wanted.help) say(helpText(rows));
else {
  const yardstickMs = nodeStartMs();
  say(`bare Node starts and ends in ${yardstickMs.toFixed(1)} ms; ${availableParallelism()} processors`);
  const builds = await buildsFor(wanted);
  const results: RowResult[] = [];
  for (const row of rows.filter(({ name }) => wanted.only.includes(name)))
    for (const driver of wanted.drivers.filter((name) => row.drivers?.includes(name) ?? true))
      results.push(await measure(row, driver, builds, wanted));
  const result: BenchResult = {
    node: process.version,
    cores: availableParallelism(),
    nodeStartMs: yardstickMs,
    rows: results,
    goals: [],
  };
  if (wanted.json !== undefined) await writeFile(wanted.json, `${JSON.stringify(result, null, 2)}\n`);
}

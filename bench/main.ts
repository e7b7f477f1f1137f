// `npm run bench` and `heddle bench`: what Heddle costs on this machine, beside its peers in the same run.
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { helpText, readArguments, type Wanted } from './arguments.ts';
import { baseBuild } from './builds/base.ts';
import { type Build, here } from './builds/build.ts';
import { goalsOf } from './goals.ts';
import { renderGoal, renderLine } from './print.ts';
import { writeReadme } from './readme/write.ts';
import type { BenchResult, Line, RowResult } from './result.ts';
import { mediansOf } from './rounds.ts';
import { type Row, usualDrivers } from './row.ts';
import { rows } from './rows/all.ts';
import { endAll } from './service/process.ts';
import { nodeStartMs, referenceNodeStartMs } from './yardstick.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** A full run leaves none of the usual drivers out; a row may add one of its own. */
function driversFor({ drivers = usualDrivers }: Row, wanted: Wanted): Iterable<string> {
  return wanted.drivers ?? (wanted.full ? new Set([...usualDrivers, ...drivers]) : drivers);
}

async function buildsFor(wanted: Wanted): Promise<readonly Build[]> {
  if (wanted.against === undefined) return [here];
  const base = await baseBuild(wanted.against);
  if (typeof base !== 'string') return [here, base];
  say(base);
  return [here];
}

async function measure(row: Row, driver: string, builds: readonly Build[], wanted: Wanted): Promise<RowResult> {
  const seen: Line[] = [];
  const notes: string[] = [];
  const note = (text: string): void => {
    notes.push(text);
    say(`  ${text}`);
  };
  const startedAt = performance.now();
  say(`\n${row.name} (${driver})`);
  try {
    for (let round = 0; round < wanted.rounds; round += 1)
      for await (const line of row.run({ driver, builds, full: wanted.full, profile: wanted.profile, note })) {
        seen.push(line);
        say(renderLine(line));
      }
  } catch (error) {
    // What one row cannot measure must not cost the others; the run fails in the end.
    process.exitCode = 1;
    note(`failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  const lines = mediansOf(seen);
  if (wanted.rounds > 1) say(['  medians', ...lines.map(renderLine)].join('\n'));
  say(`  (${((performance.now() - startedAt) / 1_000).toFixed(0)} s)`);
  return { row: row.name, driver, lines, notes };
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => void endAll().then(() => process.exit(code)));

const wanted = readArguments(process.argv.slice(2), rows);
if (wanted.help) say(helpText(rows));
else if (wanted.readme !== undefined) say(await writeReadme(wanted.readme));
else {
  const yardstickMs = nodeStartMs();
  say(`bare Node starts and ends in ${yardstickMs.toFixed(1)} ms; ${availableParallelism()} processors`);
  const builds = await buildsFor(wanted);
  const results: RowResult[] = [];
  for (const row of rows.filter(({ name }) => wanted.only.includes(name)))
    for (const driver of driversFor(row, wanted)) results.push(await measure(row, driver, builds, wanted));
  const result: BenchResult = {
    node: process.version,
    cores: availableParallelism(),
    nodeStartMs: yardstickMs,
    rows: results,
    goals: goalsOf(results, yardstickMs),
  };
  say(`\nGoals (times are held in proportion to bare Node's start, ${referenceNodeStartMs} ms where they were set)`);
  for (const goal of result.goals) say(renderGoal(goal, process.stdout));
  if (wanted.json !== undefined) await writeFile(wanted.json, `${JSON.stringify(result, null, 2)}\n`);
}

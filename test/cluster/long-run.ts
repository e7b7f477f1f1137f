import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { whyNoFaults } from './harness.ts';
import type { Happening } from './history/history.ts';
import { scenarios } from './faults/scenarios.ts';
import { verdictTables } from './faults/table.ts';
import { startTrialCluster } from './faults/trial.ts';

// A fault again and again under traffic, by hand: `./heddle --node test/cluster/long-run.ts kill-host --minutes 10`. Without a name it lists what there is. `--history FILE`: each thing that was seen, a line of
// JSON each; `--log-level LEVEL`: of the hosts, whose logs are in `/tmp/heddle-cluster-*/host-*/heddle.log` while it runs.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    history: { type: 'string' },
    'log-level': { type: 'string', default: 'warn' },
  },
});
const say = (line: string): void => void process.stderr.write(`${(performance.now() / 1_000).toFixed(0)} s: ${line}\n`);
const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
/** Of calls that were not answered, or late, so many are told of one by one. */
const shown = 20;
/** One fault, and the traffic before the next, s. */
const roundSeconds = 30;

async function run(name: string): Promise<boolean> {
  const scenario = scenarios[name];
  if (scenario === undefined) {
    for (const [each, { what }] of Object.entries(scenarios)) say(`${each.padEnd(12)} ${what}`);
    return false;
  }
  if (scenario.cutsLinks && whyNoFaults !== false) {
    say(`${name} cannot be tried here: ${whyNoFaults}`);
    return false;
  }
  const times = Math.max(1, Math.round((Number(values.minutes) * 60) / roundSeconds));
  const lengths = { quietMs: roundSeconds * 500, brokenMs: roundSeconds * 500, settleMsMax: 300_000 };
  await using cluster = await startTrialCluster({ ...scenario.cluster, flags: ['--log-level', values['log-level']] });
  const { history, ...trial } = await cluster.try(scenario, { ...lengths, times, progress: say });
  if (values.history !== undefined) await writeFile(values.history, history.map(asLine).join(''));
  if (values.json) process.stdout.write(`${JSON.stringify({ name, ...trial }, undefined, 2)}\n`);
  else process.stdout.write(`${verdictTables(trial.verdict)}\n`);
  const { during, apart, after } = trial.verdict.calls;
  for (const fault of trial.faults) say(`FAULT: ${fault}`);
  const { async, queue } = trial.verdict.events;
  for (const why of new Set([...async.whys, ...queue.whys])) say(`  an event was told: ${why.slice(0, 300)}`);
  for (const [when, { told }] of Object.entries({ during, apart, after }))
    for (const { machine, beganMs, tookMs, outcome, why = '' } of told.slice(0, shown))
      say(
        `  ${when}: a call at host-${machine + 1}, at ${seconds(beganMs)} s, took ${seconds(tookMs)} s and was ${outcome} ${why.slice(0, 200)}`,
      );
  say(trial.faults.length === 0 ? 'nothing was lost, and no lock held twice' : 'promises were broken');
  return trial.faults.length === 0;
}

function asLine(happening: Happening): string {
  return `${JSON.stringify(happening, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}\n`;
}

process.exitCode = (await run(positionals[0] ?? '')) ? 0 : 1;

import { parseArgs } from 'node:util';
import { whyNoFaults } from './harness.ts';
import { scenarios } from './faults/scenarios.ts';
import { verdictTables } from './faults/table.ts';
import { startTrialCluster } from './faults/trial.ts';

// A fault again and again under traffic, by hand: `./heddle --node test/cluster/long-run.ts kill-host --minutes 10`. Without a name it lists what there is.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } },
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
  await using cluster = await startTrialCluster(scenario.cluster);
  const trial = await cluster.try(scenario, { ...lengths, times, progress: say });
  if (values.json) process.stdout.write(`${JSON.stringify({ name, ...trial }, undefined, 2)}\n`);
  else process.stdout.write(`${verdictTables(trial.verdict)}\n`);
  const { during, apart, after } = trial.verdict.calls;
  for (const fault of trial.faults) say(`FAULT: ${fault}`);
  for (const [when, { told }] of Object.entries({ during, apart, after }))
    for (const { machine, beganMs, tookMs, outcome, why = '' } of told.slice(0, shown))
      say(
        `  ${when}: a call at host-${machine + 1}, at ${seconds(beganMs)} s, took ${seconds(tookMs)} s and was ${outcome} ${why.slice(0, 200)}`,
      );
  say(trial.faults.length === 0 ? 'nothing was lost, and no lock held twice' : 'promises were broken');
  return trial.faults.length === 0;
}

process.exitCode = (await run(positionals[0] ?? '')) ? 0 : 1;

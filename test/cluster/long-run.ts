import { parseArgs } from 'node:util';
import { scenarios } from './faults/scenarios.ts';
import { verdictTables } from './faults/table.ts';
import { startTrialCluster, type Trial, type TrialCluster } from './faults/trial.ts';
import { whyNoFaults } from './harness.ts';

// Faults again and again under traffic, by hand: `./heddle --node test/cluster/long-run.ts kill-host pause --minutes 10` takes ten minutes for each, on one cluster where they
// need none of their own. Without a name it lists what there is.

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

function tell(name: string, { verdict, faults }: Trial): void {
  if (values.json) process.stdout.write(`${JSON.stringify({ name, verdict, faults }, undefined, 2)}\n`);
  else process.stdout.write(`${name}\n\n${verdictTables(verdict)}\n\n`);
  for (const fault of faults) say(`FAULT: ${fault}`);
  const { during, apart, after } = verdict.calls;
  for (const [when, { told }] of Object.entries({ during, apart, after }))
    for (const { machine, beganMs, tookMs, outcome, why = '' } of told.slice(0, shown))
      say(
        `  ${when}: a call at host-${machine + 1}, at ${seconds(beganMs)} s, took ${seconds(tookMs)} s and was ${outcome} ${why.slice(0, 200)}`,
      );
  say(faults.length === 0 ? `${name}: nothing was lost, and no lock held twice` : `${name}: promises were broken`);
}

/** Gives whether all promises were kept. */
async function run(names: readonly string[]): Promise<boolean> {
  const unknown = names.filter((name) => scenarios[name] === undefined);
  if (names.length === 0 || unknown.length > 0) {
    for (const name of unknown) say(`There is no fault named '${name}'.`);
    for (const [each, { what }] of Object.entries(scenarios)) say(`${each.padEnd(12)} ${what}`);
    return false;
  }
  const times = Math.max(1, Math.round((Number(values.minutes) * 60) / roundSeconds));
  const lengths = { quietMs: roundSeconds * 500, brokenMs: roundSeconds * 500, settleMsMax: 300_000, progress: say };
  await using undo = new AsyncDisposableStack();
  let shared: TrialCluster | undefined;
  let kept = true;
  for (const name of names) {
    const scenario = scenarios[name];
    if (scenario === undefined) continue;
    if (scenario.cutsLinks && whyNoFaults !== false) {
      say(`${name} cannot be tried here: ${whyNoFaults}`);
      kept = false;
      continue;
    }
    await using own = scenario.cluster && (await startTrialCluster(scenario.cluster));
    const trial = await (own ?? (shared ??= undo.use(await startTrialCluster()))).try(scenario, { ...lengths, times });
    tell(name, trial);
    kept &&= trial.faults.length === 0;
  }
  return kept;
}

process.exitCode = (await run(positionals)) ? 0 : 1;

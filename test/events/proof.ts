import { parseArgs } from 'node:util';
import { driversUnderTest } from '../e2e/drivers.ts';
import { faultsOf } from './proof/check.ts';
import { prove } from './proof/proof.ts';
import { table } from './proof/table.ts';

// The proof that no event is lost, by hand: `./heddle --node test/events/proof.ts --full`.

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    deaths: { type: 'string' },
    events: { type: 'string' },
    driver: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const usable = (await driversUnderTest()).find(({ skip }) => skip === false);
const driver = values.driver ?? usable?.name ?? 'host';
const deaths = Number(values.deaths ?? (values.full ? 50 : 4));
const events = Number(values.events ?? (values.full ? 10_000 : 400));
say(`${events} events by asynchronous invocations, a queue and schedules; ${deaths} times kill -9 (driver ${driver})`);
const { verdict, refusals, seconds } = await prove({ driver, deaths, events, callers: 4, progress: say });
const faults = faultsOf(verdict);
if (values.json)
  process.stdout.write(`${JSON.stringify({ driver, seconds, ...verdict, refusals, faults }, null, 2)}\n`);
else process.stdout.write(`${table(verdict)}\n`);
for (const refusal of new Set(refusals)) say(`the service refused: ${refusal}`);
for (const fault of faults) say(`FAULT: ${fault}`);
say(`${faults.length === 0 ? 'nothing was lost' : 'the proof does not hold'}; ${seconds.toFixed(0)} s`);
process.exitCode = faults.length === 0 ? 0 : 1;

import { Command } from 'commander';
import type { Settings } from '../../../model/functions/settings.ts';
import { bootstrap, featuresOf } from '../../bootstrap/bootstrap.ts';
import { flagsOf, printJson, wantsJson } from '../../context.ts';
import { workingDrivers } from '../../drivers.ts';
import { exitCodes } from '../../exit.ts';
import { Progress } from '../../output/progress.ts';
import { paint } from '../../output/style.ts';
import { type OwnService, startOwnService } from '../../service.ts';
import { addSettingOptions } from '../../setting-options.ts';
import { defaultHome, thisMachine } from '../../settings/machine.ts';
import { readSettings } from '../../settings.ts';
import { StopSignal } from '../../stop-signal.ts';
import {
  configurationsTable,
  connectionsTable,
  howTo,
  pictureLines,
  sideBySide,
  startsTable,
  type TourResult,
} from '../../tour/report.ts';
import { planTour, runTour, type TourPlan } from '../../tour/tour.ts';

interface StartFlags {
  readonly json: boolean;
  readonly once: boolean;
  /** The home is where it is looked for without being told. */
  readonly usualHome: boolean;
}

function show(result: TourResult): void {
  const heading = paint('bold', `Driver ${result.driver}`);
  const parts = [
    startsTable(result.starts),
    configurationsTable(result.configurations),
    connectionsTable(result.connections),
    pictureLines(result.picture),
  ];
  process.stdout.write(`\n${heading}\n\n${parts.join('\n\n')}\n\n`);
}

function judge(results: readonly TourResult[]): void {
  if (results.some(({ configurations, starts }) => [...starts, ...configurations].some((row) => !row.kept)))
    process.exitCode = exitCodes.promiseBroken;
}

/** Runs one tour; undefined where a signal came first. The service is the caller's to stop. */
async function tourUnlessStopped(
  service: OwnService,
  plan: TourPlan,
  progress: Progress,
  stop: StopSignal,
): Promise<TourResult | undefined> {
  const tour = runTour(service, plan, progress, stop.signal);
  // After a signal the service is stopped under the tour, which then fails as it must: nobody is to hear of it.
  tour.catch(() => undefined);
  return await Promise.race([tour, stop.received.then(() => undefined)]);
}

async function everyDriver(settings: Settings, progress: Progress, stop: StopSignal, json: boolean): Promise<void> {
  const results: TourResult[] = [];
  for (const driver of await workingDrivers(settings, progress, stop.signal)) {
    const plan = planTour({ ...settings, driver });
    await using service = await startOwnService(
      plan.settings,
      (line, share) => progress.report(line, share),
      stop.signal,
    );
    const result = await tourUnlessStopped(service, plan, progress, stop);
    if (result === undefined) break;
    results.push(result);
    if (!json) show(result);
  }
  judge(results);
  if (json) printJson(results);
  else if (results.length > 0) process.stdout.write(`${sideBySide(results)}\n`);
}

async function oneDriver(settings: Settings, progress: Progress, stop: StopSignal, flags: StartFlags): Promise<void> {
  const plan = planTour(settings);
  await using service = await startOwnService(settings, (line, share) => progress.report(line, share), stop.signal);
  const result = await tourUnlessStopped(service, plan, progress, stop);
  if (result !== undefined) {
    judge([result]);
    if (flags.json) printJson([result]);
    else show(result);
    if (flags.once) return;
    if (!flags.json) process.stdout.write(`${howTo(flags.usualHome ? undefined : service.home)}\n`);
    process.stderr.write(`Heddle stays up at ${service.url} until Ctrl-C.\n`);
    await stop.received;
  }
  process.stderr.write('Stopping.\n');
}

async function start(command: Command): Promise<void> {
  const flags = flagsOf(command);
  const all = flags['driver'] === 'all';
  // The tour tells what happens itself: the service's own log is only heard where something is wrong.
  const quiet = { HEDDLE_LOG_LEVEL: 'warn', ...process.env };
  const settings = readSettings({ flags: all ? { ...flags, driver: 'auto' } : flags, environment: quiet });
  const json = wantsJson(command);
  using stop = new StopSignal();
  using progress = new Progress();
  await bootstrap({ features: featuresOf(settings.driver), agreed: flags['yes'] === true, progress });
  if (all) return await everyDriver(settings, progress, stop, json);
  const usualHome = settings.home === defaultHome(thisMachine(process.env));
  await oneDriver(settings, progress, stop, { json, once: flags['once'] === true, usualHome });
}

const examples = `
Examples:
  $ heddle start                        set up, start, show, and stay up
  $ heddle start --once                 end after the picture; exit code 6 where a promised start was too slow
  $ heddle start --driver all --once    the same on every driver that works here, side by side`;

/** `heddle start` */
export function startCommand(): Command {
  const command = new Command('start').description('take a tour: set up, start, show every start path, draw a picture');
  return addSettingOptions(command)
    .option('--once', 'end after the tour; "--driver all" always does')
    .addHelpText('after', examples)
    .action(async (_options: unknown, self: Command) => await start(self));
}

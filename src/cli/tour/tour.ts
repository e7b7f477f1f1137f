import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { instanceOverheadMb } from '../../model/runtimes/configuration.ts';
import type { Settings } from '../../model/functions/settings.ts';
import { HeddleClient } from '../../sdk/client.ts';
import { findConnection } from '../../sdk/connection.ts';
import { CliError, exitCodes } from '../exit.ts';
import type { Progress } from '../output/progress.ts';
import type { OwnService } from '../service.ts';
import { driveConfigurations } from './configurations.ts';
import { driveConnections } from './connections.ts';
import { deployExamples } from './examples.ts';
import { renderPicture } from './picture.ts';
import type { TourResult } from './report.ts';
import { driveColdStart, driveStartPaths } from './start-paths.ts';

/** Invocations at a time in the picture, where memory allows: enough for several instances, even on a small machine. */
const parallelMax = Math.min(32, Math.max(8, 2 * availableParallelism()));

/** What the tour shows, and how much it does at a time. */
export interface TourPlan {
  /** Of the service that it is shown on. */
  readonly settings: Settings;
  readonly memoryMb: number;
  readonly parallel: number;
}

/** Throws CliError (usage) where nothing is kept warm. */
export function planTour(settings: Settings): TourPlan {
  const warm = settings.warm.find((each) => each.max > 0 && each.runtime === 'nodejs24.x');
  if (warm === undefined)
    throw new CliError('The tour shows a start from the warming pool, and none is kept warm.', exitCodes.usage, {
      hint: 'Keep one: --warm nodejs24.x-256=1..4',
    });
  const containers = Math.max(1, Math.floor((settings.memoryMb - instanceOverheadMb) / warm.memoryMb));
  return { settings, memoryMb: warm.memoryMb, parallel: Math.min(parallelMax, containers) };
}

/** Takes the functions of a running service through every start path, every configuration, what they may connect to and one large job. */
export async function runTour(
  service: OwnService,
  plan: TourPlan,
  progress: Progress,
  signal: AbortSignal,
): Promise<TourResult> {
  const { memoryMb, parallel, settings } = plan;
  await service.ready;
  using client = new HeddleClient(findConnection(service.home, { ...process.env, HEDDLE_URL: service.url }));
  progress.step('Starting hello in a second service that keeps nothing warm');
  const cold = await driveColdStart(settings, memoryMb, signal);
  progress.step('Deploying the example functions');
  const names = await deployExamples(client, memoryMb);
  progress.done(`Deployed ${names.join(', ')}`);
  progress.step('Taking hello through every start path');
  const starts = [cold, ...(await driveStartPaths(client))];
  progress.step('Calling functions of every runtime and size for the first time');
  const configurations = await driveConfigurations(client, settings.memoryMb - instanceOverheadMb);
  progress.step('Connecting to what a policy allows, and to what it does not');
  const connections = await driveConnections(client);
  progress.step('Rendering a picture in parallel');
  const path = join(service.home, `mandelbrot-${service.driver}.png`);
  const picture = await renderPicture(client, path, parallel, (done, total) => progress.bar(done, total, 'tiles'));
  progress.done();
  return { driver: service.driver, starts, configurations, connections, picture };
}

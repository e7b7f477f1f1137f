import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  type Configuration,
  configurationFor,
  configurationKey,
  instanceMemoryMb,
  memoryClassesMb,
} from '../../model/configuration.ts';
import type { Settings } from '../../model/settings.ts';
import { HeddleClient } from '../../sdk/client.ts';
import { findConnection } from '../../sdk/connection.ts';
import { CliError, exitCodes } from '../exit.ts';
import type { Progress } from '../output/progress.ts';
import type { OwnService } from '../service.ts';
import { deployExamples } from './examples.ts';
import { renderPicture } from './picture.ts';
import type { TourResult } from './report.ts';
import { driveStartPaths } from './start-paths.ts';

/** Invocations at a time in the picture, where memory allows: enough for several instances, even on a small machine. */
const parallelMax = Math.min(32, Math.max(8, 2 * availableParallelism()));

/** The configurations that the tour shows cold and warm starts with, and how much it does at a time. */
export interface TourPlan {
  readonly cold: Configuration;
  readonly warm: Configuration;
  readonly parallel: number;
}

/**
 * Cold is a configuration of which nothing is kept warm. Its image and template are made when the function is given it,
 * so that a cold start of it shows what making an instance takes, not what building its image takes. Throws CliError
 * (usage).
 */
export function planTour(settings: Settings): TourPlan {
  const warm = settings.warm.find((each) => each.min > 0 && each.configuration.runtime === 'nodejs24.x')?.configuration;
  if (warm === undefined)
    throw new CliError('The tour shows a start from the warming pool, and none is kept warm.', exitCodes.usage, {
      hint: 'Keep one: --warm nodejs24.x-256=1..4',
    });
  const kept = new Set(settings.warm.map((each) => configurationKey(each.configuration)));
  const cold = memoryClassesMb
    .map((memoryMb) => configurationFor('nodejs24.x', memoryMb))
    .find((each) => !kept.has(configurationKey(each)));
  if (cold === undefined)
    throw new CliError('The tour shows a cold start, and every configuration is kept warm.', exitCodes.usage, {
      hint: 'Leave one out of --warm.',
    });
  const spareMb = settings.memoryMb - instanceMemoryMb(cold);
  const instances = Math.max(1, Math.floor(spareMb / instanceMemoryMb(warm)));
  return {
    cold,
    warm,
    parallel: Math.min(parallelMax, instances * warm.containersMax),
  };
}

/** Takes the functions of a running service through every start path and one large job. */
export async function runTour(service: OwnService, plan: TourPlan, progress: Progress): Promise<TourResult> {
  await service.ready;
  using client = new HeddleClient(findConnection(service.home, { ...process.env, HEDDLE_URL: service.url }));
  progress.step('Deploying the example functions');
  const names = await deployExamples(client, plan.warm.memoryMb);
  progress.done(`Deployed ${names.join(', ')}`);
  progress.step('Taking hello through every start path');
  const starts = await driveStartPaths(client, plan.cold, plan.warm);
  progress.step('Rendering a picture in parallel');
  const path = join(service.home, `mandelbrot-${service.driver}.png`);
  const picture = await renderPicture(client, path, plan.parallel, (done, total) => progress.bar(done, total, 'tiles'));
  progress.done();
  return { driver: service.driver, starts, picture };
}

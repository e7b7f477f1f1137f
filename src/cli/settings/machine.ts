import { availableParallelism, homedir, totalmem } from 'node:os';
import { join } from 'node:path';
import { instanceOverheadMb } from '../../model/runtimes/configuration.ts';
import type { WarmSetting } from '../../model/functions/settings.ts';

/** What defaults are made from. */
export interface Machine {
  readonly homeDir: string;
  /** `XDG_CACHE_HOME`, where it is set. */
  readonly cacheDir: string | undefined;
  /** Memory that could be had now without taking any from others, MiB. */
  readonly availableMb: number;
  readonly cores: number;
}

/** The machine this runs on. */
export function thisMachine(environment: NodeJS.ProcessEnv): Machine {
  const availableBytes = Math.min(process.availableMemory(), totalmem());
  return {
    homeDir: homedir(),
    cacheDir: environment['XDG_CACHE_HOME'] || undefined,
    availableMb: Math.floor(availableBytes / 1_048_576),
    cores: availableParallelism(),
  };
}

/** State of the service, where nothing else is said. */
export function defaultHome(machine: Machine): string {
  return join(machine.homeDir, '.heddle');
}

/** What can be made again: images, templates, tools. */
export function defaultCache(machine: Machine): string {
  return join(machine.cacheDir ?? join(machine.homeDir, '.cache'), 'heddle');
}

/** An instance with four small functions, MiB: less would make a service that can hardly run anything. */
const smallestInstanceMb = instanceOverheadMb + 4 * 256;

/** Half of what is free, and never less than one instance needs. */
export function defaultMemoryMb(machine: Machine): number {
  return Math.max(smallestInstanceMb, Math.floor(machine.availableMb / 2));
}

/** One instance ready whatever is known, and up to eight by what is known and asked for; fewer where memory is short. */
export function defaultWarm(machine: Machine): readonly WarmSetting[] {
  const fit = Math.floor(defaultMemoryMb(machine) / smallestInstanceMb);
  return [{ runtime: 'nodejs24.x', memoryMb: 256, min: 1, max: Math.min(8, fit) }];
}

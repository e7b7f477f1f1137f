import { resolve } from 'node:path';

/** Where a driver may keep things. Given to every driver's constructor. */
export interface Places {
  /** What is the same for every service of this user, and may be rebuilt: images, templates, unpacked tools, verdicts. */
  readonly cache: string;
  /** The state of one service. A driver keeps what belongs to an instance below {@link runFolder}, and nothing else. */
  readonly home: string;
}

/** `<home>/run`: what is removed by the sweep after a service was killed, with all that is mounted below it. */
export function runFolder(places: Pick<Places, 'home'>): string {
  return `${resolve(places.home)}/run`;
}

/** `<home>/run/paused`: what instances were when they were paused, or forked, a folder each. Of a service that has ended nobody can resume anything. */
export function pausedFolder(places: Pick<Places, 'home'>): string {
  return `${runFolder(places)}/paused`;
}

/** Scratch of one instance: `<home>/run/<driver>/<instance>`. */
export function instanceFolder(places: Pick<Places, 'home'>, driver: string, instanceId: string): string {
  return `${runFolder(places)}/${driver}/${instanceId}`;
}

/**
 * What marks the host's processes of an instance as such. Every driver starts them with these in their environment, so
 * that the sweep knows them again after the service that started them was killed.
 */
export function instanceMarks(
  places: Pick<Places, 'home'>,
  instanceId: string,
): { readonly HEDDLE_HOME: string; readonly HEDDLE_INSTANCE: string } {
  return { HEDDLE_HOME: resolve(places.home), HEDDLE_INSTANCE: instanceId };
}

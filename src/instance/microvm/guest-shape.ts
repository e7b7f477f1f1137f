import { blankKinds, instanceOverheadMb, type Configuration } from '../../model/runtimes/configuration.ts';
import type { Instance } from '../contract.ts';

/** Of each so many MiB of memory, Linux keeps one for its own record of it (`struct page`: 64 bytes for 4,096). */
const mbPerMbOfRecords = 64;

/**
 * Memory that a guest of this configuration believes to have, MiB. It is there once it is touched, so a large one costs no
 * more than a small one; what its kernel keeps its records in is on top, so that containers can have what they were promised.
 */
export function guestMemoryMb({ memoryMb }: Configuration): number {
  const usedMb = memoryMb + instanceOverheadMb;
  return usedMb + Math.ceil(usedMb / (mbPerMbOfRecords - 1));
}

/** Memory of templates comes in steps of so many MiB. */
const templateStepMb = 1_024;

/**
 * The configuration that is booted for this one. What a service may use is half of what its machine has free, which is another number at each
 * start: each would have a template of its own, which takes half a minute to make and 250 MB to keep. Containers keep to the limits that they are given.
 * Its fields have one order, whoever made it: a template is found by its text.
 */
export function templateConfiguration({ blanks, containersMax, memoryMb, heapsBySize }: Configuration): Configuration {
  return { blanks, containersMax, memoryMb: Math.ceil(memoryMb / templateStepMb) * templateStepMb, heapsBySize };
}

/** The blank containers that a template of this configuration has. */
export function blankContainers({ blanks }: Configuration): Instance['containers'] {
  const kinds = blankKinds.flatMap((kind) => Array.from({ length: blanks[kind] ?? 0 }, () => kind));
  return kinds.map((kind, index) => ({ channel: index + 1, kind }));
}

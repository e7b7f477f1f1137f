import type { Guest } from '../instance/guest.ts';
import type { Blanks, Configuration } from '../model/runtimes/configuration.ts';

/** What all instances of a service have in common, whatever blank containers they begin with. */
export type InstanceShape = Omit<Configuration, 'blanks'>;

/** Boots an instance of a configuration. Rejects if it did not come up or `signal` fired; then nothing is left of it. */
export type StartGuest = (configuration: Configuration, signal: AbortSignal) => Promise<Guest>;

/** What should be ready, as far as is known; asked again and again. */
export interface Expectation {
  /** Blank containers of the ready instances that are taken next, in this order, for first calls that are due … */
  readonly blanksForNext: readonly Blanks[];
  /** … and of each other one. */
  readonly blanksForAny: Blanks;
  /** Instances that accounts are about to take. */
  readonly dueInstances: number;
}

import type { Clock } from '../../model/clock.ts';
import type { Allowed, Speed } from '../carry.ts';
import type { EgressCount } from '../counts.ts';
import type { ContainerSecrets } from './container-secrets.ts';

/** A connection whose requests are looked into, and where it goes. */
export interface Passing {
  readonly name: string;
  /** Addresses that were allowed; it goes to these and no others. */
  readonly allowed: Allowed;
  readonly scheme: 'https' | 'http';
  readonly secrets: ContainerSecrets;
  readonly count: EgressCount;
  readonly speed: Speed | undefined;
  readonly clock: Clock;
  /** Puts a line into the function's log. */
  readonly tell: (line: string) => void;
}

/** Line, names and values of a request's or an answer's head together, bytes. */
export const headBytesMax = 65_536;

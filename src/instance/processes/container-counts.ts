import { limits } from '../../model/limits.ts';
import type { DriverCapabilities } from '../contract.ts';

/** How many containers an instance can have whose channels are inherited socket pairs. */
export const containerCounts: Pick<DriverCapabilities, 'containersMax' | 'containersEverMax'> = {
  containersMax: limits.containersPerInstanceMax,
  containersEverMax: limits.socketChannelsPerInstance - 1,
};

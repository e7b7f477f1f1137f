import type { InstanceDriver } from '../contract.ts';
import type { Places } from '../places.ts';
import { createMicrovmDriver } from './driver.ts';

/** The driver that works on every machine with QEMU: tests use this one, whatever else there is. */
export function createEmulatedDriver(places: Places): InstanceDriver {
  return createMicrovmDriver(places, 'tcg');
}

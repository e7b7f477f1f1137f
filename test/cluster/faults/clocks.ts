import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const preload = join(import.meta.dirname, '..', '..', 'events', 'fixtures', 'settable-clock.ts');
const clockOf = (machineFolder: string): string => join(machineFolder, 'clock');

/** Sets the clock of a machine's host: it is off by so many ms. In a width of its own: whoever reads it reads it whole. */
export async function writeClock(machineFolder: string, offMs: number): Promise<void> {
  await mkdir(machineFolder, { recursive: true, mode: 0o700 });
  await writeFile(clockOf(machineFolder), String(offMs).padEnd(32));
}

/** Variables of a host that goes by that clock. Its monotonic clock is the machine's. */
export function deceived(machineFolder: string): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import=${preload}`, HEDDLE_TEST_CLOCK: clockOf(machineFolder) };
}

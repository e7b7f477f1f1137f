import fs from 'node:fs';

const { readSync } = fs;
const { get, set } = Reflect;
const room = Buffer.allocUnsafeSlow(65_536);

/**
 * What lies in a non-blocking descriptor now, up to 64 KiB; undefined where that is nothing. What is wrong with it otherwise (its other
 * end is gone) its stream will be told, too, and says so in its own time.
 */
export function readWaiting(fd: number): Buffer | undefined {
  // Usually there is nothing, which Node tells by an error: its stack would be half of what this costs.
  const depth: unknown = get(Error, 'stackTraceLimit');
  set(Error, 'stackTraceLimit', 0);
  try {
    const bytes = readSync(fd, room, 0, room.length, null);
    return bytes === 0 ? undefined : Buffer.from(room.subarray(0, bytes));
  } catch {
    return undefined;
  } finally {
    set(Error, 'stackTraceLimit', depth);
  }
}

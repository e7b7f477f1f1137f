import type { GuestPythons } from '../image/python/guest-pythons.ts';
import { rootPlace } from '../image/python/python-root.ts';
import { guestPrograms } from '../image/root/root.ts';
import { runtimes, type PreparedRuntime } from '../model/runtimes/configuration.ts';
import type { AgentProfile } from '../protocol/profile.ts';

/** What an agent is told of the runtimes that its instance has. */
export function runtimesOf({
  roots,
  missing,
}: Pick<GuestPythons, 'roots' | 'missing'>): Pick<AgentProfile, 'programs' | 'roots'> {
  const there = runtimes.filter((runtime) => !Object.hasOwn(missing, runtime));
  const own = there.filter((runtime) => Object.hasOwn(roots, runtime));
  const record = (names: readonly PreparedRuntime[], of: (runtime: PreparedRuntime) => string): AgentProfile['roots'] =>
    Object.fromEntries(names.map((runtime) => [runtime, of(runtime)]));
  return { programs: record(there, (runtime) => guestPrograms[runtime]), roots: record(own, rootPlace) };
}

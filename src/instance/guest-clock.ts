import { randomBytes } from 'node:crypto';
import type { AgentLink } from './agent-link.ts';
import type { Instance } from './contract.ts';

/** How much entropy a guest is given. */
const entropyBytes = 64;
/** How far a guest's clock may seem to be off before it is looked at closely, and how far it may be, milliseconds. */
const errorMsMax = 20;
/** How often a clock that is off is set anew. On a machine where nothing gets its turn, a better one cannot be had. */
const correctionsMax = 3;
/** How often a clock is read, to find a reading that did not take long. */
const readings = 4;

/**
 * Tells an instance who it is and what time. A copy of a template is told by how much its clock is behind, which says it
 * exactly, unless QEMU lost its turn in the very moment between noting the time and starting the copy's clock: so that is
 * looked at, and mended where need be.
 */
export async function identify(agent: AgentLink, instance: Instance): Promise<void> {
  const behindMs = instance.clockBehindMs?.();
  const seemsOffMs = await agent.identify(instance.id, randomBytes(entropyBytes), behindMs);
  if (behindMs === undefined || Math.abs(seemsOffMs) <= errorMsMax) return;
  for (let correction = 0; correction < correctionsMax; correction++) {
    const offMs = await measureBehindMs(agent);
    if (Math.abs(offMs) <= errorMsMax) return;
    await agent.identify(instance.id, randomBytes(entropyBytes), offMs);
  }
}

/**
 * By how much a guest's clock is behind, milliseconds: the quickest of several readings, taken to have been made half-way
 * (Cristian, "Probabilistic clock synchronization", 1989).
 */
export async function measureBehindMs(agent: AgentLink): Promise<number> {
  let best = { tookMs: Number.POSITIVE_INFINITY, behindMs: 0 };
  for (let reading = 0; reading < readings; reading++) {
    const begin = performance.now();
    const guestMs = await agent.ping();
    const tookMs = performance.now() - begin;
    const hostMs = performance.timeOrigin + begin + tookMs / 2;
    if (tookMs < best.tookMs) best = { tookMs, behindMs: hostMs - guestMs };
  }
  return best.behindMs;
}

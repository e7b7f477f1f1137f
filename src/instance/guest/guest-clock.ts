import { randomBytes } from 'node:crypto';
import type { AgentLink } from '../channels/agent-link.ts';
import type { Instance } from '../contract.ts';

/** How much entropy a guest is given. */
const entropyBytes = 64;
/** How far a guest's clock may seem to be off before it is looked at closely, and how far it may be, milliseconds. */
const errorMsMax = 20;
/** How often a clock is read, at least and at most: each reading can narrow down what is known. */
const readings = { min: 4, max: 16 };

/**
 * Tells an instance who it is and what time. A copy of a template is told by how much its clock is behind, which says it
 * exactly, unless QEMU lost its turn in the very moment between noting the time and starting the copy's clock. So that is
 * looked at, and set anew if it is certain to be wrong; a doubtful clock on a busy machine is better than a guess.
 */
export async function identify(agent: AgentLink, instance: Instance): Promise<void> {
  const behindMs = instance.clockBehindMs?.();
  const seemsOffMs = await agent.identify(instance.id, randomBytes(entropyBytes), behindMs);
  if (behindMs === undefined || Math.abs(seemsOffMs) <= errorMsMax) return;
  const { leastMs, mostMs } = await readClock(agent);
  if (leastMs <= errorMsMax && mostMs >= -errorMsMax) return;
  await agent.identify(instance.id, randomBytes(entropyBytes), (leastMs + mostMs) / 2);
}

/** By how much a guest's clock is behind, as exactly as a few readings tell, milliseconds. */
export async function measureBehindMs(agent: AgentLink): Promise<number> {
  const { leastMs, mostMs } = await readClock(agent);
  return (leastMs + mostMs) / 2;
}

/**
 * Between what bounds a guest's clock is behind: it was read some time between question and answer, and is as much behind in
 * each reading (Marzullo and Owicki, "Maintaining the time in a distributed system", 1983).
 */
async function readClock(agent: AgentLink): Promise<{ readonly leastMs: number; readonly mostMs: number }> {
  let [leastMs, mostMs] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const vague = (): boolean => mostMs - leastMs > errorMsMax;
  for (let reading = 0; reading < readings.min || (reading < readings.max && vague()); reading++) {
    const askedMs = performance.timeOrigin + performance.now();
    const guestMs = await agent.ping();
    const answeredMs = performance.timeOrigin + performance.now();
    leastMs = Math.max(leastMs, askedMs - guestMs);
    mostMs = Math.min(mostMs, answeredMs - guestMs);
  }
  return { leastMs, mostMs };
}

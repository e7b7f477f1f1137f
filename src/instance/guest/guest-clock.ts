import { randomBytes } from 'node:crypto';
import type { AgentLink } from '../channels/agent-link.ts';
import type { Instance } from '../contract.ts';

/** How much entropy a guest is given. */
const entropyBytes = 64;
/** How far a guest's clock may seem to be off before it is looked at closely, and how far it may be, milliseconds. */
const errorMsMax = 20;
/** Farther than the hour after which OpenSSL's generators take a new seed (providers/implementations/rands/drbg_local.h): a day. */
const farMs = 86_400_000;
/** How often a clock is read, at least and at most: each reading can narrow down what is known. */
const readings = { min: 4, max: 16 };

/**
 * Tells an instance who it is and what time. A copy of a template is told by how much its clock is behind, which says it
 * exactly, unless QEMU lost its turn in the very moment between noting the time and starting the copy's clock. So that is
 * looked at, and set anew if it is certain to be wrong; a doubtful clock on a busy machine is better than a guess.
 */
export async function identify(agent: AgentLink, instance: Instance): Promise<void> {
  await identifyAs(agent, instance, false, instance.clockBehindMs?.());
}

/** Tells one that stood still what time it is; it is who it was. */
export async function catchUp(agent: AgentLink, instance: Instance): Promise<void> {
  await identifyAs(agent, instance, true, instance.clockBehindMs?.());
}

/**
 * Tells a fork of a running instance who it is. Generators of random numbers in its processes are seeded already; those of OpenSSL look at the clock when
 * they are used, and take a new seed where it was moved far. So its clock is moved far, `reseed` has each process use its generator, and
 * then the clock is moved back: whoever did not use it then, does so at his next use.
 */
export async function identifyFork(agent: AgentLink, instance: Instance, reseed: () => Promise<void>): Promise<void> {
  const behindMs = instance.clockBehindMs?.() ?? 0;
  await agent.identify(instance.id, randomBytes(entropyBytes), behindMs + farMs);
  await reseed();
  await identifyAs(agent, instance, true, -farMs);
}

async function identifyAs(
  agent: AgentLink,
  { id }: Instance,
  same: boolean,
  behindMs: number | undefined,
): Promise<void> {
  const seemsOffMs = await agent.identify(id, randomBytes(entropyBytes), behindMs, same);
  if (behindMs === undefined || Math.abs(seemsOffMs) <= errorMsMax) return;
  const { leastMs, mostMs } = await readClock(agent);
  if (leastMs <= errorMsMax && mostMs >= -errorMsMax) return;
  await agent.identify(id, randomBytes(entropyBytes), (leastMs + mostMs) / 2, same);
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

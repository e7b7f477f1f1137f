import { exponential } from './random.ts';
import { SimulatedService } from './service.ts';

/** When instances are asked for: milliseconds, ascending. */
export type Demand = readonly number[];

const hourMs = 3_600_000;

/** `size` at once, every `meanMs` on average. */
export function bursty(random: () => number, hours: number, size: number, meanMs: number): Demand {
  const demand: number[] = [];
  for (let at = meanMs; at < hours * hourMs; at += exponential(random, meanMs))
    for (let nth = 0; nth < size; nth += 1) demand.push(at + nth);
  return demand;
}

/** `size` at once, every `everyMs` exactly. */
export function periodic(hours: number, size: number, everyMs: number): Demand {
  const demand: number[] = [];
  for (let at = everyMs; at < hours * hourMs; at += everyMs)
    for (let nth = 0; nth < size; nth += 1) demand.push(at + nth);
  return demand;
}

/** What a pool did for a demand. */
export interface WarmResult {
  /** Share of those who asked that got one at once. */
  readonly hitRatio: number;
  /** Ready instances, on average over time. */
  readonly meanSize: number;
  /** Ready instances at the end. */
  readonly endSize: number;
}

/** Plays a demand to a warming pool of `min` to `max`; instances take 300 ms to make. */
export async function play(demand: Demand, min: number, max: number, hours: number): Promise<WarmResult> {
  const settings = { warm: [min, max] as const, memoryMb: 1e9, instanceLifeMs: 24 * hourMs };
  const service: SimulatedService = new SimulatedService({
    settings,
    startGuest: async (guest) => (await service.clock.sleep(300), guest()),
  });
  const { clock, warming } = service;
  warming.start();
  await clock.until(warming.ready());
  let hits = 0;
  for (const at of demand)
    clock.timer(Math.max(0, at - clock.now()), () => void (hits += warming.take('nodejs24.x') ? 1 : 0));
  let samples = 0;
  let sum = 0;
  const sample = (): void => {
    samples += 1;
    sum += warming.snapshot()[0]?.ready ?? 0;
    if (clock.now() < hours * hourMs) clock.timer(10_000, sample);
  };
  sample();
  await clock.advance(hours * hourMs - clock.now());
  const endSize = warming.snapshot()[0]?.ready ?? 0;
  await clock.until(warming.stop());
  return { hitRatio: demand.length === 0 ? 1 : hits / demand.length, meanSize: sum / samples, endSize };
}

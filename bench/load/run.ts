import { join } from 'node:path';
import { runPinned } from '../service/process.ts';
import type { Answers, Plan } from './plan.ts';

/** Longer than any answer of a service that still works takes. */
const graceMs = 20_000;

/** Runs the load generator in a process of its own, on `cpus` (a `taskset` list) or wherever there is room. */
export async function load(plan: Plan, cpus?: string): Promise<Answers> {
  const args = [join(import.meta.dirname, 'main.ts'), JSON.stringify({ graceMs, ...plan })];
  const answers: Answers = JSON.parse(await runPinned(cpus, args));
  return answers;
}

// A program that uses threads, with HEDDLE_HOME of a service. Argument: a ThreadPlan as JSON. Prints Lines as JSON, in which
// `heddle` is the build of the plan.
import { plan, shutdown } from './heddle.ts';
import { parts } from './parts.ts';

const lines = await parts[plan.part]();
await shutdown();
process.stdout.write(JSON.stringify(lines));

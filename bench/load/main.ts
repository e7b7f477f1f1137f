// The load generator, a process of its own: HTTP/1.1 over raw sockets. Argument: a Plan as JSON. Prints Answers as JSON.
import { closedLoop } from './closed.ts';
import { openLoop } from './open.ts';
import type { Plan } from './plan.ts';

const plan: Plan = JSON.parse(process.argv[2] ?? '{}');
const answers = plan.rate === undefined ? await closedLoop(plan) : await openLoop(plan, plan.rate);
process.stdout.write(JSON.stringify(answers));

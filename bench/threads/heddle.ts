import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ThreadPlan } from './plan.ts';

/** What the command line asks for. */
export const plan: ThreadPlan = JSON.parse(process.argv[2] ?? '{}');

type Heddle = typeof import('../../src/index.ts');

/** The client of the build that is measured, not of this checkout. */
const heddle: Heddle = await import(pathToFileURL(join(plan.root, 'src', 'index.ts')).href);

export const remote: Heddle['remote'] = heddle.remote;
export const Mutex: Heddle['Mutex'] = heddle.Mutex;
export const shutdown: Heddle['shutdown'] = heddle.shutdown;

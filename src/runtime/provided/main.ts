import { superviseChild } from '../extensions/supervise-child.ts';
import { serveBootstrap } from './serve-bootstrap.ts';

// `node main.mjs TASK_ROOT [serve-first]`, with the data channel as file descriptor 3: the runtime of functions that bring their own
// program, `bootstrap`. `serve-first`, and what may be done between hello and `init`: as of the Node runtime.
//
// `node main.mjs TASK_ROOT supervise …`: the supervisor of a runtime in another language, whose function has extensions.

const [taskRoot = '/var/task', mode, ...rest] = process.argv.slice(2);
if (mode === 'supervise') superviseChild(taskRoot, rest);
else await serveBootstrap(taskRoot, mode === 'serve-first');

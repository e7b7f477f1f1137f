// One thread prepares something that takes its time, and goes on eight times from there: ./heddle run examples/fork/fork.ts
import { remote } from 'heddle';

const work = remote<typeof import('./work.ts')>(new URL('./work.ts', import.meta.url), { apart: true });
const first = work.search.spawn(200_000);
await new Promise((resolve) => first.port.once('message', resolve));

const forks = await first.fork(8);
for (const fork of forks) fork.port.postMessage({ from: fork.forkIndex * 20_000, count: 20_000 });
first.port.postMessage({ from: 0, count: 20_000 });
for (const found of await Promise.all([first, ...forks])) console.log(found);

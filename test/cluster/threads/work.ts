import { Counter, remote, thread } from 'heddle';

// What the tests run on the hosts of a cluster.

/** Says that it is there, and gives what it is posted. */
export function waitForPost(): Promise<unknown> {
  thread.port.postMessage('waiting');
  return new Promise((resolve) => thread.port.once('message', resolve));
}

export function twice(n: number): number {
  return 2 * n;
}

/** Starts threads itself, wherever it runs, and counts with them. */
export async function family(children: number): Promise<{ readonly sum: number; readonly counted: bigint }> {
  const own = remote<{ child: typeof child }>(import.meta.url);
  const numbers = Array.from({ length: children }, (_, n) => n);
  let sum = 0;
  for await (const n of own.child.map(numbers, { concurrency: 4 })) sum += n;
  return { sum, counted: await new Counter('family').get() };
}

/** Counts itself, by a session of its own. */
export async function child(n: number): Promise<number> {
  await new Counter('family').add(1n);
  return n;
}

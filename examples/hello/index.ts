import { hostname } from 'node:os';

interface Event {
  readonly name?: string;
}

let calls = 0;

/** Greets, and says which call this is of its container. */
export async function handler(event: Event): Promise<{ greeting: string; call: number; host: string }> {
  calls += 1;
  console.log(`call ${calls}`);
  return { greeting: `Hello, ${event.name ?? 'world'}!`, call: calls, host: hostname() };
}

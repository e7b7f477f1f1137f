import { setTimeout as wait } from 'node:timers/promises';

interface Event {
  readonly lines?: number;
  readonly everyMs?: number;
}

/** Prints a line now and then; watch it with `heddle logs chatty --follow`. */
export async function handler(event: Event): Promise<{ printed: number }> {
  const lines = event.lines ?? 5;
  for (let line = 1; line <= lines; line++) {
    console.log(`line ${line} of ${lines}`);
    await wait(event.everyMs ?? 200);
  }
  return { printed: lines };
}

import { setImmediate as turn } from 'node:timers/promises';
import { thread } from 'heddle';

/** How far the job is. */
export interface Progress {
  readonly done: number;
  readonly estimate: number;
}

const chunks = 20;

/** Throws darts at a quarter of a circle. Tells how far it is after each chunk, and stops early where it is asked to. */
export async function estimatePi(samples: number): Promise<Progress> {
  let inside = 0;
  let done = 0;
  for (let chunk = 1; chunk <= chunks && !thread.signal.aborted; chunk++) {
    const until = Math.round((samples * chunk) / chunks);
    for (; done < until; done++) if (Math.random() ** 2 + Math.random() ** 2 < 1) inside++;
    thread.port.postMessage({ done, estimate: (4 * inside) / done } satisfies Progress);
    // Messages leave and arrive between two turns of the event loop.
    await turn();
  }
  return { done, estimate: (4 * inside) / done };
}

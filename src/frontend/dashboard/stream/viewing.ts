import { beatMs, streamMsMax } from '../../../model/dashboard/stream.ts';
import type { Clock } from '../../../model/clock.ts';
import type { Feed } from './feed.ts';

/**
 * What one viewer is sent: server-sent events, the first with all there is, each later one with what has changed since the one before. It is asked for the next
 * event when the one before was taken: who reads slowly gets fewer and larger steps, and nothing is kept for him. Ends when `gone` fires, or after a time.
 */
export async function* viewing(
  feeds: ReadonlyMap<string, Feed>,
  clock: Clock,
  gone: AbortSignal,
): AsyncGenerator<string> {
  const seen = new Map<string, number>();
  const endsAt = clock.now() + streamMsMax;
  let wake = (): void => undefined;
  const changed = (): void => wake();
  const leave = [...feeds.values()].map((feed) => feed.watch(changed));
  gone.addEventListener('abort', changed);
  try {
    await Promise.all([...feeds.values()].map((feed) => feed.begun()));
    while (!gone.aborted && clock.now() < endsAt) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      const text = newsOf(feeds, seen);
      if (text !== undefined) {
        yield `data: {"atMs":${clock.wall()},"topics":{${text}}}\n\n`;
        continue;
      }
      using timer = new Wake(clock, beatMs, resolve);
      await promise;
      if (timer.fired) yield ':\n\n';
    }
    if (!gone.aborted) yield 'event: again\ndata:\n\n';
  } finally {
    gone.removeEventListener('abort', changed);
    for (const one of leave) one();
  }
}

/** Fires once, and can be asked whether it has. */
class Wake implements Disposable {
  readonly #timer: Disposable;
  fired = false;

  constructor(clock: Clock, ms: number, fire: () => void) {
    this.#timer = clock.timer(ms, () => {
      this.fired = true;
      fire();
    });
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }
}

function newsOf(feeds: ReadonlyMap<string, Feed>, seen: Map<string, number>): string | undefined {
  const parts: string[] = [];
  for (const [name, feed] of feeds) {
    const news = feed.since(seen.get(name) ?? 0);
    if (news === undefined) continue;
    seen.set(name, news.version);
    parts.push(`${JSON.stringify(name)}:${news.text}`);
  }
  return parts.length === 0 ? undefined : parts.join(',');
}

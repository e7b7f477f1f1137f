import { sentEvents } from '../api/state/sent-events.ts';
import { beatMs, streamPath, type StreamEvent } from '../model/dashboard/stream.ts';
import type { HeddleClient } from './client.ts';
import { UnreachableError } from './signed-http.ts';

/** Nothing was heard for so long: nobody can be there any more. */
const silentMsMax = 3 * beatMs;

/**
 * What a service's stream of state says of some topics (`src/model/dashboard/stream.ts`), as it comes. Ends where the service ended it in peace: it is to be asked again. Throws ServiceError where it
 * is refused, and UnreachableError where nobody answers, or nothing is heard any longer; what `signal` was aborted with where it was.
 */
export async function* stateEvents(
  client: Pick<HeddleClient, 'send'>,
  topics: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<StreamEvent, void> {
  const response = await client.send({ method: 'GET', path: streamPath, query: { topics: topics.join(',') }, signal });
  const silent = (): void => void response.destroy(new Error('nothing was heard of it for a while'));
  let timer = setTimeout(silent, silentMsMax);
  try {
    for await (const event of sentEvents(response.setEncoding('utf8'))) {
      clearTimeout(timer);
      timer = setTimeout(silent, silentMsMax);
      if ('comment' in event) continue;
      if (event.name === 'again') return;
      // It is the service's own, of the same release as whoever reads it: rows are looked at one by one.
      const state: StreamEvent = JSON.parse(event.data);
      yield state;
    }
  } catch (cause) {
    signal.throwIfAborted();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UnreachableError(`The service ended its stream of state (${why}).`, { cause });
  } finally {
    clearTimeout(timer);
    response.destroy();
  }
  signal.throwIfAborted();
  throw new UnreachableError('The service ended its stream of state.');
}

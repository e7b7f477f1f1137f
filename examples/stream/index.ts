import { setTimeout as wait } from 'node:timers/promises';
import type { Writable } from 'node:stream';

/** What the runtime gives beside Node's own globals, as AWS's does. */
declare const awslambda: {
  streamifyResponse(handler: (event: Event, stream: Writable) => Promise<void>): unknown;
  HttpResponseStream: { from(stream: Writable, head: object): Writable };
};

interface Event {
  readonly queryStringParameters?: { readonly lines?: string };
}

/** Sends a line now and then; each is there as soon as it was written: `curl -N "$(heddle url stream)?lines=10"`. */
export const handler: unknown = awslambda.streamifyResponse(async (event, stream) => {
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  const answer = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers });
  const lines = Number(event.queryStringParameters?.lines ?? 5);
  for (let line = 1; line <= lines; line++) {
    answer.write(`line ${line} of ${lines}\n`);
    await wait(200);
  }
  answer.end();
});

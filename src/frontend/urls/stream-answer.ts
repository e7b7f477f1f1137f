import { preludeContentType, type AnswerStart } from '../../model/invocations/answer-stream.ts';
import { PartWriter } from '../lambda/streaming/part-writer.ts';
import { PreludeError, splitPrelude } from '../lambda/streaming/prelude.ts';
import type { StreamedAnswer } from '../lambda/streaming/streamed-answer.ts';
import { answerHead, badGateway } from './url-answer.ts';
import type { FoundUrl } from './url-book.ts';
import { writeHead, type UrlCall } from './url-call.ts';

type Lines = readonly (readonly [name: string, value: string])[];

interface StreamHead {
  readonly status: number;
  readonly headers: Lines;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Sends an answer while it is made. Status and headers leave as soon as the function has said them. Where the function fails before, that is a bad
 * gateway; after, the connection is cut, so that nobody takes a part for the whole. What is not streamed is sent as it is, as AWS does it.
 */
export async function streamAnswer(call: UrlCall, found: FoundUrl, answer: StreamedAnswer): Promise<void> {
  const { response } = call;
  const left = (): void => answer.leave();
  response.once('close', left);
  const own = startHeaders(answer.start);
  const head = await streamHead(answer);
  if (head === undefined) {
    answer.leave();
    writeHead(call, found, badGateway.status, badGateway.headers, own, badGateway.body.length);
    return void response.end(badGateway.body);
  }
  writeHead(call, found, head.status, head.headers, own);
  response.flushHeaders();
  const writer = new PartWriter(response);
  for await (const part of head.body) if (!(await writer.write(part))) break;
  const whole = await answer.outcome.then(
    ({ result }) => result.ok,
    () => false,
  );
  response.off('close', left);
  if (whole) writer.end();
  else response.destroy();
}

/** What the service says of the start of an invocation. */
function startHeaders({ startPath, startMs, instanceId, containerId }: AnswerStart): Record<string, string> {
  return {
    'x-heddle-start-path': startPath,
    'x-heddle-start-ms': startMs.toFixed(3),
    'x-heddle-instance': instanceId,
    'x-heddle-container': containerId,
  };
}

/** Undefined where there is no answer to begin with: it failed first, or what it said of itself cannot be said. */
async function streamHead({ start, streamed, parts, outcome }: StreamedAnswer): Promise<StreamHead | undefined> {
  if (!streamed && !(await outcome).result.ok) return undefined;
  const { contentType } = start;
  if (!streamed || contentType !== preludeContentType)
    return { status: 200, headers: [['content-type', contentType]], body: parts };
  try {
    const split = await splitPrelude(parts);
    const head = split && answerHead({ ...split.prelude });
    return split && head && { ...head, body: split.body };
  } catch (error) {
    if (error instanceof PreludeError) return undefined;
    throw error;
  }
}

import { randomUUID } from 'node:crypto';
import { ApiError } from '../../../../api/errors.ts';
import type { JsonInput } from '../../../../api/json-input.ts';
import { limits } from '../../../../model/limits.ts';
import type { FrontendOptions } from '../../../context.ts';
import { eventStreamType, jsonEvent } from '../../../lambda/streaming/event-stream.ts';
import type { ApiReply } from '../../../routes/operation.ts';
import type { AwsCall } from '../../aws-api.ts';
import { logGroups, type LogGroup } from '../log-groups.ts';
import { LiveTail } from './live-tail.ts';
import { liveTailRequest, type LiveTailRequest } from './request.ts';

/** Its answer goes on until one side ends it. */
type StartLiveTail = (call: AwsCall, input: JsonInput) => Promise<ApiReply>;

/**
 * What is printed in up to ten groups from now on, as a stream of events. Throws InvalidParameterException, ResourceNotFoundException, and
 * LimitExceededException where an account has too many of these sessions. `stopping` fires when the service does.
 */
export function startLiveTail(options: FrontendOptions, stopping: AbortSignal): StartLiveTail {
  const sessions = new Map<string, number>();
  const { logs, clock, logger, random = Math.random } = options;
  return async (call, input) => {
    const { account, ended } = call.key;
    const request = liveTailRequest(input);
    const groups = async (): Promise<readonly LogGroup[]> =>
      (await logGroups(options, call)).filter(({ arn }) => request.groups.includes(arn));
    const found = await groups();
    if (found.length < request.groups.length)
      throw new ApiError('ResourceNotFoundException', 'The specified log group does not exist.', { status: 400 });
    enter(sessions, account);
    const tail = new LiveTail({ logs, clock, logger, random, account, request, groups }, found);
    const over = [
      [stopping, 'The service is stopping.'],
      [ended, 'The key that the session was started with is good for nothing any more.'],
    ] as const;
    const watched = over.map(([signal, why]) => whenAborted(signal, () => tail.end('SessionStreamingException', why)));
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      tail[Symbol.dispose]();
      for (const one of watched) one[Symbol.dispose]();
      const others = (sessions.get(account) ?? 1) - 1;
      if (others === 0) sessions.delete(account);
      else sessions.set(account, others);
    };
    return {
      status: 200,
      headers: { 'content-type': eventStreamType },
      stream: { parts: messages(call, request, tail, leave), leave },
    };
  };
}

async function* messages(
  { requestId }: AwsCall,
  { groups, streams, streamPrefixes, pattern }: LiveTailRequest,
  tail: LiveTail,
  leave: () => void,
): AsyncGenerator<readonly Uint8Array[], void> {
  const start = {
    requestId,
    sessionId: randomUUID(),
    logGroupIdentifiers: groups,
    logStreamNames: streams,
    logStreamNamePrefixes: streamPrefixes,
    logEventFilterPattern: pattern,
  };
  try {
    // In APIs of this form, what is in an answer beside its stream comes as its first event: clients wait for it.
    yield [...jsonEvent('initial-response', {}), ...jsonEvent('sessionStart', start)];
    yield* tail.messages();
  } finally {
    leave();
  }
}

function enter(sessions: Map<string, number>, account: string): void {
  const under = sessions.get(account) ?? 0;
  const max = limits.liveTailSessionsPerAccountMax;
  if (under >= max)
    throw new ApiError('LimitExceededException', `An account may have ${max} sessions of Live Tail at the same time.`, {
      status: 400,
    });
  sessions.set(account, under + 1);
}

function whenAborted(signal: AbortSignal | undefined, act: () => void): Disposable {
  if (signal?.aborted === true) act();
  signal?.addEventListener('abort', act, { once: true });
  return { [Symbol.dispose]: () => signal?.removeEventListener('abort', act) };
}

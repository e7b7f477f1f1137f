import { limits } from '../../../model/limits.ts';
import { encodeFrame, encodeFrameWhole } from '../../../protocol/framing/encode.ts';
import type { FunctionErrorBody, RuntimeMessage } from '../../../protocol/messages.ts';
import { RuntimeFault } from '../errors/errors.ts';
import type { CallCost } from '../resources/call-meter.ts';
import { processUsage } from '../resources/memory.ts';
import type { CollectedAnswer } from '../streams/collected-answer.ts';
import { tooLargeBody } from '../streams/too-large.ts';

const { stringify } = JSON;

/** The first line of user code comes now. */
export const startedFrame: readonly Buffer[] = [encodeFrameWhole({ type: 'started' })];
/** The handler comes now. */
export const initialisedFrame: readonly Buffer[] = [encodeFrameWhole({ type: 'initialised' })];

/** What stands beside every answer. */
export interface Measured extends CallCost {
  readonly initMs: number | undefined;
  readonly printedRaw: boolean;
  /** This process is not to be used again. */
  readonly spent: boolean;
  /** From the first line of user code until now, where that was reached. */
  readonly ranMs: number | undefined;
}

/** Beside the answer of an invocation that came to nothing. */
export function unbegun(): Measured {
  return { ...processUsage(), initMs: undefined, ranMs: undefined, spent: false, printedRaw: false };
}

/** A value as the payload of an answer. Throws `Runtime.MarshalError` if it has no JSON. */
export function resultPayload(value: unknown): Buffer {
  return Buffer.from(toJson(value));
}

function toJson(value: unknown): string {
  try {
    // Functions, symbols and undefined give no JSON at all; AWS Lambda answers null.
    return stringify(value) ?? 'null';
  } catch (error) {
    throw new RuntimeFault('MarshalError', `Unable to stringify response body: ${String(error)}`);
  }
}

/** The last word for an invocation whose answer was streamed, to a caller who wants it whole. */
export function collectedFrame({ whole }: CollectedAnswer, measured: Measured): readonly Buffer[] {
  return whole === undefined ? errorFrame('invoke', tooLarge(), measured) : payloadFrame(whole, measured);
}

/** The last word for a thread, whose answer is a value for its caller only. */
export function threadFrame(payload: Buffer, measured: Measured): readonly Buffer[] {
  return encode({ type: 'result', payload, ...known(measured) });
}

/** The same for one that gave a result: an error if that is too large. */
export function payloadFrame(payload: Buffer, measured: Measured): readonly Buffer[] {
  if (payload.length > limits.answerBytesMax) return errorFrame('invoke', tooLarge(), measured);
  return threadFrame(payload, measured);
}

/** The last word for an invocation that failed. `exits`: and for this process. */
export function errorFrame(
  phase: 'init' | 'invoke',
  error: FunctionErrorBody,
  measured: Measured,
  exits = false,
): readonly Buffer[] {
  return encode({
    type: 'error',
    phase,
    error,
    ...(exits ? { exits: true } : {}),
    ...known(measured),
  });
}

function tooLarge(): FunctionErrorBody {
  return tooLargeBody(limits.answerBytesMax);
}

function encode(message: RuntimeMessage): readonly Buffer[] {
  return encodeFrame(message);
}

type Known = Pick<
  RuntimeMessage & { type: 'result' },
  'memoryPeakMb' | 'initMs' | 'printedRaw' | 'cpuMs' | 'ranMs' | 'spent'
>;

function known({ initMs, printedRaw, cpuMs, memoryPeakMb, ranMs, spent }: Measured): Known {
  return {
    memoryPeakMb,
    ...(initMs === undefined ? {} : { initMs }),
    ...(ranMs === undefined ? {} : { cpuMs, ranMs }),
    ...(printedRaw ? { printedRaw } : {}),
    ...(spent ? { spent } : {}),
  };
}

import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { RuntimeMessage } from '../../protocol/messages.ts';
import type { ContainerInvocation, RuntimeAnswer } from '../guest.ts';
import type { AnswerStream } from './answer-stream.ts';

/**
 * Runtime and agent each cut at `limits.logBytesMax`, visibly; this is for those that do not, UTF-16 units. A runtime that
 * goes beyond is not ours any more: its messages would keep the service's one thread busy for ever.
 */
export const logUnitsMax: number = limits.logBytesMax * 3;

/** An invocation that has no answer. */
export interface Running {
  readonly invocation: ContainerInvocation;
  started: boolean;
  initialised: boolean;
  logUnits: number;
  /** Where its answer may come in parts. */
  readonly stream: AnswerStream | undefined;
  resolve(answer: RuntimeAnswer): void;
  reject(error: Error): void;
}

/** An invocation that has its answer, but not yet all of its log. */
export interface Settling {
  readonly running: Running;
  /** Gives the answer; what is printed from then on is late. */
  end(): void;
}

/** Passes on what was printed, as far as that goes. */
export function log(running: Running, text: string, stderr?: true): void {
  if (running.logUnits > logUnitsMax) return;
  running.logUnits += text.length;
  const cut = running.logUnits > logUnitsMax;
  running.invocation.onLog(cut ? '\n[heddle] The rest of the output is cut.\n' : text, stderr);
}

/** What a runtime may not say now. */
export function outOfOrder(message: { readonly type: string }, when: string): ProtocolError {
  return new ProtocolError(`A runtime said \`${message.type}\` ${when}.`);
}

/** An answer with what was measured beside it. `rested`: its extensions are not done. */
export function wholeAnswer(
  answer: RuntimeAnswer,
  { initMs, cpuMs, ranMs, spent }: RuntimeMessage & { readonly type: 'result' | 'error' },
  rested: Promise<void> | undefined,
): RuntimeAnswer {
  return {
    ...answer,
    ...(rested !== undefined && { rested }),
    ...(initMs !== undefined && { initMs }),
    ...(cpuMs !== undefined && { cpuMs }),
    ...(ranMs !== undefined && { ranMs }),
    ...(spent !== undefined && { spent }),
  };
}

import { randomUUID } from 'node:crypto';
import type { ContainerInvocation, GuestContainer } from '../../instance/guest.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import { encodeValue } from '../../protocol/clone.ts';
import { encodeCall, laneKinds, laneMessage } from '../../protocol/threads/lane.ts';
import type { Initialisation } from '../running/environment.ts';
import { load, type LoadParts } from '../running/load.ts';
import { initAllowanceMs, startAllowanceMs } from '../running/load-allowance.ts';

/** The function's own code failed when it was loaded. */
export class InitialisationError extends Error {
  override readonly name = 'InitialisationError';
}

/** What for, and of what kind. */
interface HowInitialised {
  readonly initialisation?: Initialisation;
  readonly thread?: boolean;
}

const nothing = new Uint8Array();

/** Loads the module, and is asked to end as soon as it has begun. */
function callOfNothing(): Pick<ContainerInvocation, 'payload' | 'thread'> {
  const args = { bytes: encodeValue([]) };
  const cancel = laneMessage(laneKinds.cancel, encodeValue(undefined));
  return {
    payload: encodeCall({ exportName: '', args, streams: false, resultBytesMax: 1_024 }),
    thread: { onLane: (lane) => void lane.send(cancel), onMessage: () => undefined },
  };
}

/**
 * Gives a blank container its code and loads its module, so that its first call finds only its handler to run; resolves to the name of its log
 * stream. Throws InitialisationError, or what `load` throws, within the time that a first call has for the same. `log` is told what its code
 * prints meanwhile; `initialisation` is what its code is told of why; `thread`: it is a
 * module of threads, which a call of nothing loads.
 */
export async function initialise(
  guest: GuestContainer,
  fn: FunctionVersion,
  parts: LoadParts,
  log: (requestId: string, text: string) => void,
  { initialisation = 'provisioned-concurrency', thread = false }: HowInitialised = {},
): Promise<string> {
  const requestId = randomUUID();
  const tell = (text: string): void => log(requestId, text);
  let late = false;
  const allowanceMs = startAllowanceMs(fn, true) + initAllowanceMs(fn);
  using _ = parts.clock.timer(allowanceMs, () => {
    late = true;
    void guest.kill();
  });
  try {
    const logStream = await load(guest, fn, parts, { initialisation });
    const answer = await guest.invoke({
      requestId,
      timeoutMs: fn.timeoutMs,
      ...(thread ? callOfNothing() : { payload: nothing, initialise: true }),
      onStarted: () => undefined,
      onLog: tell,
      onLateLog: tell,
    });
    if (!answer.ok) throw new InitialisationError(`${answer.error.errorType}: ${answer.error.errorMessage}`);
    await answer.rested;
    return logStream;
  } catch (error) {
    if (late) throw new InitialisationError(`It was not initialised within ${allowanceMs} ms.`, { cause: error });
    throw error;
  }
}

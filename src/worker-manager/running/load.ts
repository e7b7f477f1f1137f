import { randomBytes, randomInt } from 'node:crypto';
import type { GuestContainer } from '../../instance/guest.ts';
import type { Clock } from '../../model/clock.ts';
import type { FunctionVersion } from '../../model/function.ts';
import type { CodeSource } from '../contract.ts';
import { runtimeInit } from './environment.ts';

/** What it takes to give a container its code. */
export interface LoadParts {
  readonly clock: Clock;
  readonly region: string;
  readonly codeSource: CodeSource;
}

/** The code itself could not be had: no fault of the container's. */
export class CodeMissingError extends Error {
  override readonly name = 'CodeMissingError';
}

/** Gives a blank container its code and an identity of its own. Rejects as `GuestContainer.load` does, or with CodeMissingError. */
export async function load(guest: GuestContainer, fn: FunctionVersion, parts: LoadParts): Promise<void> {
  const identity = {
    region: parts.region,
    wallMs: parts.clock.wall(),
    streamId: randomBytes(16).toString('hex'),
    randomSeed: randomInt(1, 2 ** 31),
  };
  let missing: CodeMissingError | undefined;
  try {
    await guest.load(
      fn.codeSha256,
      async () => {
        try {
          return await parts.codeSource(fn);
        } catch (cause) {
          throw (missing = new CodeMissingError(`The code of function ${fn.name} cannot be read.`, { cause }));
        }
      },
      runtimeInit(fn, identity),
    );
  } catch (error) {
    // Half loaded, the container is killed, and says only that.
    throw missing ?? error;
  }
}

import { randomBytes, randomInt } from 'node:crypto';
import type { GuestContainer, LayersSource } from '../../instance/guest.ts';
import type { Clock } from '../../model/clock.ts';
import type { CodeBundle } from '../../model/functions/code.ts';
import { instanceCodeName, ownStorageMb, type FunctionVersion } from '../../model/functions/function.ts';
import type { ContainerNetwork } from '../../model/network.ts';
import type { CodeSource } from '../contract.ts';
import { unacceptedCredentials } from './credentials.ts';
import { runtimeInit, type Initialisation } from './environment.ts';
import { instanceLayersName } from './layers-name.ts';

/** What it takes to give a container its code. */
export interface LoadParts {
  readonly clock: Clock;
  readonly region: string;
  readonly codeSource: CodeSource;
  /** What a container with this function's code finds outside, and one for a tenant of its alone; undefined: nothing. */
  readonly networkFor: (fn: FunctionVersion, tenantId?: string) => ContainerNetwork | undefined;
}

/** What a container is given its code for. */
interface LoadedFor {
  readonly initialisation?: Initialisation;
  /** The tenant for whom alone it will run. */
  readonly tenantId?: string | undefined;
}

/** The code itself could not be had: no fault of the container's. */
export class CodeMissingError extends Error {
  override readonly name = 'CodeMissingError';
}

/**
 * Gives a blank container its code and an identity of its own; resolves to the name of its log stream. Rejects as `GuestContainer.load` does, or
 * with CodeMissingError.
 */
export async function load(
  guest: Pick<GuestContainer, 'load'>,
  fn: FunctionVersion,
  parts: LoadParts,
  { initialisation = 'on-demand', tenantId }: LoadedFor = {},
): Promise<string> {
  const identity = {
    region: parts.region,
    wallMs: parts.clock.wall(),
    streamId: randomBytes(16).toString('hex'),
    randomSeed: randomInt(1, 2 ** 31),
    credentials: unacceptedCredentials(),
    initialisation,
  };
  const network = parts.networkFor(fn, tenantId);
  let missing: CodeMissingError | undefined;
  const read = async (what?: 'layers'): Promise<CodeBundle> => {
    try {
      return await parts.codeSource(fn, what);
    } catch (cause) {
      throw (missing = new CodeMissingError(`The ${what ?? 'code'} of function ${fn.name} cannot be read.`, { cause }));
    }
  };
  try {
    if (network?.ready !== undefined) await network.ready;
    const init = runtimeInit(fn, identity, network);
    await guest.load(instanceCodeName(fn), () => read(), init, {
      network,
      layers: layersOf(fn, () => read('layers')),
      storageMb: ownStorageMb(fn),
    });
    return init.logStream;
  } catch (error) {
    // Also where the container was dead already, and never knew of it.
    network?.end();
    // Half loaded, the container is killed, and says only that.
    throw missing ?? error;
  }
}

function layersOf(fn: FunctionVersion, read: () => Promise<CodeBundle>): LayersSource | undefined {
  const sha256 = instanceLayersName(fn);
  return sha256 === undefined ? undefined : { sha256, code: async () => ({ ...(await read()), sha256 }) };
}

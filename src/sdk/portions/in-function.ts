import type { Trust } from '../../model/functions/portion.ts';
import { threadCode } from '../code/thread-code.ts';
import { markPortion, type MarkPortion } from './make.ts';
import { completePolicy, type PortionPolicy } from './policy.ts';
import { portionModule } from './portion-functions.ts';
import { Portion } from './portion.ts';

function refuse(module: URL | string): never {
  throw new TypeError(
    `A function was to make a portion of ${String(module)}, and has nothing that bundles modules. Name the module under "portions" in heddle.json, ` +
      'and import it as any other; or give `untrusted` a function, or code as a text (`untrusted.source`).',
  );
}

/** The same in a deployed function, which has no bundler. */
export const untrusted: MarkPortion = markPortion('untrusted', refuse);

/** The same in a deployed function, which has no bundler. */
export const trusted: MarkPortion = markPortion('trusted', refuse);

/** A module that `heddle deploy` has bundled, and put into the function in place of itself. */
export interface DeployedPortion {
  readonly name: string;
  readonly trust: Trust;
  readonly policy: PortionPolicy;
  /** Of its bundle: paths, and contents in base64. */
  readonly files: readonly (readonly [path: string, base64: string])[];
  readonly exports: readonly string[];
}

/** Its exports by their names; what takes its place calls this (cli/packaging/portions). */
export function deployedPortion({ name, trust, policy, files, exports }: DeployedPortion): object {
  const make = async () =>
    threadCode(
      files.map(([path, base64]) => ({ path, mode: 0o644, data: Buffer.from(base64, 'base64') })),
      exports,
    );
  return portionModule(new Portion(name, completePolicy(trust, policy), make), {});
}

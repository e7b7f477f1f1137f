import type { HeddleClient } from '../sdk/client.ts';
import { launcher } from './context.ts';
import { CliError, exitCodes } from './exit.ts';
import { suggest } from './suggest.ts';

/** Throws CliError (refused): there is no function of that name; says which one may have been meant. */
export async function refuseUnknownFunction(client: HeddleClient, name: string): Promise<never> {
  const names: string[] = [];
  for await (const fn of client.functions()) names.push(fn.text('FunctionName'));
  const near = suggest(name, names);
  const hint = near === undefined ? `"${launcher()} functions" lists what there is.` : `Did you mean "${near}"?`;
  throw new CliError(`There is no function "${name}".`, exitCodes.refused, { hint });
}

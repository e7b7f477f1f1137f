import type { HeddleClient } from '../sdk/client.ts';
import { launcher } from './context.ts';
import { CliError, exitCodes } from './exit.ts';
import { suggest } from './suggest.ts';

/** Throws CliError (refused): there is no function of that name, or nothing of its that is called so; says which one may have been meant. */
export async function refuseUnknownFunction(client: HeddleClient, name: string): Promise<never> {
  const names: string[] = [];
  for await (const fn of client.functions()) names.push(fn.text('FunctionName'));
  const [base = '', qualifier] = name.split(':');
  if (qualifier !== undefined && names.includes(base)) {
    const hint = `"${launcher()} alias list ${base}" lists the aliases of ${base}.`;
    throw new CliError(`${base} has no version or alias "${qualifier}".`, exitCodes.refused, { hint });
  }
  const near = suggest(name, names);
  const hint = near === undefined ? `"${launcher()} functions" lists what there is.` : `Did you mean "${near}"?`;
  throw new CliError(`There is no function "${name}".`, exitCodes.refused, { hint });
}

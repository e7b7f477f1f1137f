import { setTimeout as wait } from 'node:timers/promises';
import type { FunctionOptions, HeddleClient } from '../sdk/client.ts';
import type { Shape } from '../sdk/shape.ts';
import { CliError, exitCodes } from './exit.ts';

const pollMs = 50;

/** Waits until a function takes invocations with its latest code. Throws CliError where it failed instead. */
export async function untilActive(client: HeddleClient, name: string): Promise<Shape> {
  for (;;) {
    const fn = await client.findFunction(name);
    if (fn === undefined) throw new CliError(`${name} was removed while it was deployed.`, exitCodes.refused);
    const failed = [fn.text('State'), fn.text('LastUpdateStatus')].includes('Failed');
    if (failed) {
      const why = fn.text('StateReason') || fn.text('LastUpdateStatusReason');
      throw new CliError(`${name} could not be made ready: ${why || 'no reason was given'}.`, exitCodes.refused);
    }
    if (fn.text('State') === 'Active' && fn.text('LastUpdateStatus') !== 'InProgress') return fn;
    await wait(pollMs);
  }
}

/** Creates a function, or updates code and the given options of the one there is; gives its configuration when active. */
export async function deployFunction(
  client: HeddleClient,
  name: string,
  zip: Uint8Array,
  options: FunctionOptions & { readonly handler: string; readonly runtime: string },
): Promise<{ readonly configuration: Shape; readonly created: boolean }> {
  const created = (await client.findFunction(name)) === undefined;
  if (created) await client.createFunction(name, zip, options);
  else {
    await client.updateCode(name, zip);
    await untilActive(client, name);
    await client.updateConfiguration(name, options);
  }
  return { configuration: await untilActive(client, name), created };
}

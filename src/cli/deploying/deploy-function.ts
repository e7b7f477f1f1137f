import { setTimeout as wait } from 'node:timers/promises';
import type { HeddleClient, OnSent } from '../../sdk/client.ts';
import type { FunctionOptions } from '../../sdk/function-options.ts';
import type { Shape } from '../../sdk/shape.ts';
import { CliError, exitCodes } from '../exit.ts';
import type { Progress } from '../output/progress.ts';

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

/** Whether a function has another value of what is asked for. */
function differs(
  fn: Shape,
  { handler, runtime, memory, timeout, environment, layers, deadLetter, durable, role }: FunctionOptions,
): boolean {
  if (environment !== undefined || layers !== undefined || deadLetter !== undefined) return true;
  return (
    (durable !== undefined && durable !== fn.object('DurableConfig').number('ExecutionTimeout')) ||
    (role !== undefined && role !== fn.text('Role')) ||
    (handler !== undefined && handler !== fn.text('Handler')) ||
    (runtime !== undefined && runtime !== fn.text('Runtime')) ||
    (memory !== undefined && memory !== fn.number('MemorySize')) ||
    (timeout !== undefined && timeout !== fn.number('Timeout'))
  );
}

/**
 * Creates a function, or updates code and the given options of the one there is, which keeps all others; gives its configuration when active.
 */
export async function deployFunction(
  client: HeddleClient,
  name: string,
  zip: Uint8Array,
  options: FunctionOptions & { readonly handler: string; readonly runtime: string },
  progress?: Progress,
): Promise<{ readonly configuration: Shape; readonly created: boolean }> {
  const current = await client.findFunction(name);
  progress?.step(`Sending ${name}`);
  const onSent: OnSent = (bytes, total) => progress?.bytes(bytes, total);
  if (current === undefined) await client.createFunction(name, zip, options, onSent);
  else {
    await client.updateCode(name, zip, onSent);
    progress?.step(`Updating ${name}`);
    if (differs(await untilActive(client, name), options)) await client.updateConfiguration(name, options);
    if ((options.egress ?? options.secrets ?? options.policy ?? options.tags) !== undefined)
      await client.setTags((await untilActive(client, name)).text('FunctionArn'), options);
  }
  progress?.step(`Making ${name} ready`);
  return { configuration: await untilActive(client, name), created: current === undefined };
}

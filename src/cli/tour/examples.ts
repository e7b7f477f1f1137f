import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RuntimeName } from '../../model/runtimes/configuration.ts';
import type { HeddleClient } from '../../sdk/client.ts';
import { deployFunction } from '../deploying/deploy-function.ts';
import { findSource } from '../packaging/entry.ts';
import { packageCode } from '../packaging/package-code.ts';

const folder = fileURLToPath(new URL('../../../examples/', import.meta.url));

/** Deploys one folder of `examples/` as function `name`. */
export async function deployExample(
  client: HeddleClient,
  example: string,
  memory: number,
  name: string = example,
  runtime: RuntimeName = 'nodejs24.x',
): Promise<void> {
  const code = await packageCode(findSource(join(folder, example), name), {
    runtime,
    handler: 'index.handler',
    handlerAsked: false,
    include: [],
  });
  await deployFunction(client, name, code.zip, { handler: code.handler, runtime, memory, timeout: 30 });
}

/** Deploys every folder of `examples/` that has an `index.ts` as a function of its name; gives the names. */
export async function deployExamples(client: HeddleClient, memory: number): Promise<readonly string[]> {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    // Programs that start threads are no functions.
    .filter((name) => existsSync(join(folder, name, 'index.ts')))
    .sort();
  for (const name of names) await deployExample(client, name, memory);
  return names;
}

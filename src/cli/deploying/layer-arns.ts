import type { HeddleClient } from '../../sdk/client.ts';
import { CliError, exitCodes } from '../exit.ts';

/** The ARNs of layers' versions that are named as people name them: `name` is its newest version. Throws CliError where one is not there. */
export async function layerArns(client: HeddleClient, names: readonly string[]): Promise<string[]> {
  const arns: string[] = [];
  for (const given of names) arns.push(given.startsWith('arn:') ? given : await arnOf(client, given));
  return arns;
}

async function arnOf(client: HeddleClient, given: string): Promise<string> {
  const [, name = '', version] = /^([\w-]+)(?::(\d+))?$/.exec(given) ?? [];
  if (name === '') throw new CliError(`A layer is NAME, NAME:VERSION or an ARN; it is "${given}".`, exitCodes.usage);
  for await (const each of client.layers(name))
    if (version === undefined || each.number('Version') === Number(version)) return each.text('LayerVersionArn');
  throw new CliError(`There is no layer ${given}.`, exitCodes.refused, {
    hint: 'Publish it: heddle layer publish FOLDER. Those that are there: heddle layer list.',
  });
}

import { readFileSync, statSync } from 'node:fs';
import { basename, extname, parse, resolve } from 'node:path';
import { Command } from 'commander';
import type { Shape } from '../../../sdk/shape.ts';
import { zipOf } from '../../../sdk/platform/zip.ts';
import { launcher, printJson, wantsJson, withClient } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { paint } from '../../output/style.ts';
import { table } from '../../output/table.ts';
import { filesOf } from '../../packaging/package-bootstrap.ts';
import { checkSize } from '../../packaging/package-code.ts';

interface PublishFlags {
  readonly name?: string;
  readonly description?: string;
}

async function packed(path: string): Promise<Uint8Array> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new CliError(`There is no folder or zip file ${path}.`, exitCodes.usage);
  if (!stat.isDirectory()) {
    if (extname(path) === '.zip') return readFileSync(path);
    throw new CliError(`${path} is neither a folder nor a zip file.`, exitCodes.usage);
  }
  const files = await filesOf(resolve(path));
  if (files.length === 0) throw new CliError(`${path} has no files.`, exitCodes.usage);
  const zip = await zipOf(files);
  checkSize(zip.byteLength, files);
  return zip;
}

async function publish(path: string, command: Command): Promise<void> {
  const { name = parse(basename(resolve(path))).name, description = '' }: PublishFlags = command.opts();
  const zip = await packed(path);
  await withClient(command, async (client) => {
    const layer = await client.publishLayer(name, zip, description);
    if (wantsJson(command)) return printJson(layer);
    const version = `${name}:${layer.number('Version')}`;
    process.stderr.write(
      `${paint('green', '✓', process.stderr)} Published ${version}, ${layer.text('LayerVersionArn')}.\n`,
    );
    process.stderr.write(`  Use it: ${launcher()} deploy … --layer ${name}\n`);
  });
}

async function list(name: string | undefined, command: Command): Promise<void> {
  const layers: Shape[] = await withClient(command, (client) => Array.fromAsync(client.layers(name)));
  if (wantsJson(command)) return printJson(layers);
  if (layers.length === 0)
    return void process.stderr.write(
      `No ${name === undefined ? 'layers' : `layer ${name}`} yet. Publish one: ${launcher()} layer publish FOLDER\n`,
    );
  const rows = layers.map((each) => {
    const version = name === undefined ? each.object('LatestMatchingVersion') : each;
    return [
      paint('bold', name ?? each.text('LayerName')),
      String(version.number('Version')),
      version.text('CreatedDate').slice(0, 19).replace('T', ' '),
      version.text('Description'),
    ];
  });
  const columns = ['LAYER', 'VERSION', 'PUBLISHED (UTC)', 'DESCRIPTION'];
  const head = columns.map((heading) => ({ heading, align: heading === 'VERSION' ? 'right' : 'left' }) as const);
  process.stdout.write(`${table(head, rows)}\n`);
}

async function remove(given: string, command: Command): Promise<void> {
  const [, name = '', version] = /^([\w-]+)(?::(\d+))?$/.exec(given) ?? [];
  if (name === '') throw new CliError(`A layer is NAME or NAME:VERSION; it is "${given}".`, exitCodes.usage);
  await withClient(command, async (client) => {
    const all = await Array.fromAsync(client.layers(name), (each) => each.number('Version'));
    const gone = all.filter((each) => version === undefined || each === Number(version));
    if (gone.length === 0) throw new CliError(`There is no layer ${given}.`, exitCodes.refused);
    for (const each of gone) await client.deleteLayer(name, each);
    if (wantsJson(command)) return printJson({ removed: gone.map((each) => `${name}:${each}`) });
    process.stderr.write(
      `Removed ${gone.map((each) => `${name}:${each}`).join(', ')}. Functions that have it keep it.\n`,
    );
  });
}

const examples = `
Examples:
  $ heddle layer publish ./tools                    a folder becomes /opt of functions: tools/bin/x is /opt/bin/x
  $ heddle layer publish built.zip --name tools     a zip file made for AWS Lambda, as it is
  $ heddle deploy hello.ts --layer tools --layer more:2
  $ heddle layer list tools                         its versions
  $ heddle layer rm tools:1                         one version; without a number all of them`;

/** `heddle layer` */
export function layerCommand(): Command {
  const layer = new Command('layer')
    .description('files for /opt of functions: publish, list, remove')
    .addHelpText('after', examples);
  layer
    .command('publish')
    .description('publish a new version of a layer')
    .argument('<path>', 'folder or zip file')
    .option('--name <name>', "name of the layer (default: the folder's or file's)")
    .option('--description <text>', 'what it is')
    .action(async (path: string, _options: unknown, command: Command) => await publish(path, command));
  layer
    .command('list')
    .alias('ls')
    .description('list layers, or the versions of one')
    .argument('[name]', 'name of a layer')
    .action(async (name: string | undefined, _options: unknown, command: Command) => await list(name, command));
  layer
    .command('rm')
    .description('remove versions of a layer')
    .argument('<name[:version]>', 'layer, or one version of it')
    .action(async (name: string, _options: unknown, command: Command) => await remove(name, command));
  return layer;
}

import { Command } from 'commander';
import type { Shape } from '../../../sdk/shape.ts';
import { aliasesOf, deleteAlias, setAlias, type Shift } from '../../../sdk/versions.ts';
import { launcher, printJson, wantsJson, withClient } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { paint } from '../../output/style.ts';
import { table } from '../../output/table.ts';
import { refuseUnknownFunction } from '../../unknown-function.ts';

function namesIn(given: string): { readonly name: string; readonly alias: string } {
  const [, name, alias] = /^([\w-]+):([\w-]+)$/.exec(given) ?? [];
  if (name === undefined || alias === undefined)
    throw new CliError(`An alias is NAME:ALIAS, such as hello:live; it is "${given}".`, exitCodes.usage);
  return { name, alias };
}

/** `2=10%`: one call in ten runs version 2. */
function shiftIn(given: string | undefined): Shift | undefined {
  if (given === undefined) return undefined;
  const [, version, percent] = /^(\d+)=(\d{1,3}(?:\.\d+)?)%$/.exec(given) ?? [];
  if (version === undefined || Number(percent) > 100)
    throw new CliError(`A shift is VERSION=PERCENT%, such as 2=10%; it is "${given}".`, exitCodes.usage);
  return { version, weight: Number(percent) / 100 };
}

/** `1`, or `1, 10 % to 2`. */
function target(alias: Shape): string {
  const weights = alias.object('RoutingConfig').object('AdditionalVersionWeights');
  const percent = (version: string): number => Math.round(weights.number(version) * 10_000) / 100;
  return [alias.text('FunctionVersion'), ...weights.names.map((other) => `${percent(other)} % to ${other}`)].join(', ');
}

async function set(given: string, version: string, command: Command): Promise<void> {
  const { name, alias } = namesIn(given);
  const { shift }: { readonly shift?: string } = command.opts();
  await withClient(command, async (client) => {
    const made = await setAlias(client, name, alias, version, shiftIn(shift));
    if (wantsJson(command)) return printJson(made);
    process.stderr.write(`${paint('green', '✓', process.stderr)} ${given} is version ${target(made)}.\n`);
  });
}

async function list(name: string, command: Command): Promise<void> {
  await withClient(command, async (client) => {
    if ((await client.findFunction(name)) === undefined) await refuseUnknownFunction(client, name);
    const aliases = await Array.fromAsync(aliasesOf(client, name));
    if (wantsJson(command)) return printJson(aliases);
    if (aliases.length === 0)
      return void process.stderr.write(`${name} has no aliases. Make one: ${launcher()} alias set ${name}:live 1\n`);
    const rows = aliases.map((each) => [paint('bold', each.text('Name')), target(each), each.text('Description')]);
    const head = ['ALIAS', 'VERSION', 'DESCRIPTION'].map((heading) => ({ heading, align: 'left' as const }));
    process.stdout.write(`${table(head, rows)}\n`);
  });
}

async function remove(given: string, command: Command): Promise<void> {
  const { name, alias } = namesIn(given);
  await withClient(command, async (client) => {
    const there = await Array.fromAsync(aliasesOf(client, name), (each) => each.text('Name'));
    if (!there.includes(alias)) throw new CliError(`There is no alias ${given}.`, exitCodes.refused);
    await deleteAlias(client, name, alias);
    if (wantsJson(command)) return printJson({ removed: given });
    process.stderr.write(`Removed ${given}. The version it led to is still there.\n`);
  });
}

const examples = `
Examples:
  $ heddle alias set hello:live 1                   hello:live is version 1 from now on
  $ heddle alias set hello:live 1 --shift 2=10%     one call in ten runs version 2
  $ heddle alias set hello:live 2                   all of them
  $ heddle invoke hello:live
  $ heddle alias list hello`;

/** `heddle alias` */
export function aliasCommand(): Command {
  const alias = new Command('alias')
    .description('names for published versions: set, list, remove')
    .addHelpText('after', examples);
  alias
    .command('set')
    .description('let an alias lead to a version, whether it is there yet or not')
    .argument('<name:alias>', 'function and alias')
    .argument('<version>', 'number of a published version, or $LATEST')
    .option('--shift <version=percent>', 'so many of the calls to another version, as in 2=10%')
    .action(
      async (given: string, version: string, _options: unknown, command: Command) => await set(given, version, command),
    );
  alias
    .command('list')
    .alias('ls')
    .description("list a function's aliases")
    .argument('<name>', 'name of a function')
    .action(async (name: string, _options: unknown, command: Command) => await list(name, command));
  alias
    .command('rm')
    .description('remove an alias')
    .argument('<name:alias>', 'function and alias')
    .action(async (given: string, _options: unknown, command: Command) => await remove(given, command));
  return alias;
}

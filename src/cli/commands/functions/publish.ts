import { Command } from 'commander';
import { publishVersion } from '../../../sdk/versions.ts';
import { launcher, printJson, wantsJson, withClient } from '../../context.ts';
import { paint } from '../../output/style.ts';
import { refuseUnknownFunction } from '../../unknown-function.ts';

async function publish(name: string, command: Command): Promise<void> {
  const { description }: { readonly description?: string } = command.opts();
  await withClient(command, async (client) => {
    if ((await client.findFunction(name)) === undefined) await refuseUnknownFunction(client, name);
    const version = await publishVersion(client, name, description);
    if (wantsJson(command)) return printJson(version);
    const named = `${name}:${version.text('Version')}`;
    process.stderr.write(`${paint('green', '✓', process.stderr)} Published ${named}: it stays as it is now.\n`);
    process.stderr.write(
      `  Call it: ${launcher()} invoke ${named}, or by a name: ${launcher()} alias set ${name}:live ${version.text('Version')}\n`,
    );
  });
}

const examples = `
Examples:
  $ heddle publish hello                            what is deployed now, as hello:1, hello:2 and so on
  $ heddle publish hello --description "before the sale"`;

/** `heddle publish` */
export function publishCommand(): Command {
  return new Command('publish')
    .description('keep a function as it is now under a number; the next deploy leaves that alone')
    .argument('<name>', 'name of a function')
    .option('--description <text>', 'of the version')
    .addHelpText('after', examples)
    .action(async (name: string, _options: unknown, command: Command) => await publish(name, command));
}

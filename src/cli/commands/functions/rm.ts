import { Command } from 'commander';
import { printJson, wantsJson, withClient } from '../../context.ts';
import { refuseUnknownFunction } from '../../unknown-function.ts';

async function remove(names: readonly string[], command: Command): Promise<void> {
  await withClient(command, async (client) => {
    for (const name of names) {
      if ((await client.findFunction(name)) === undefined) await refuseUnknownFunction(client, name);
      await client.deleteFunction(name);
      if (wantsJson(command)) printJson({ removed: name });
      else process.stderr.write(`Removed ${name}.\n`);
    }
  });
}

const examples = `
Examples:
  $ heddle rm hello
  $ heddle rm hello resize              several at once; what runs may end`;

/** `heddle rm` */
export function rmCommand(): Command {
  return new Command('rm')
    .description('remove functions')
    .argument('<names...>', 'names of functions')
    .addHelpText('after', examples)
    .action(async (names: readonly string[], _options: unknown, command: Command) => await remove(names, command));
}

import { Command } from 'commander';
import { launcher, printJson, wantsJson, withClient } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { findUrl } from '../../deploying/function-url.ts';
import { refuseUnknownFunction } from '../../unknown-function.ts';

async function print(name: string, command: Command): Promise<void> {
  await withClient(command, async (client) => {
    const url = await findUrl(client, name);
    if (url !== undefined) {
      if (wantsJson(command)) printJson(url);
      else process.stdout.write(`${url.text('FunctionUrl')}\n`);
      return;
    }
    if ((await client.findFunction(name)) === undefined) await refuseUnknownFunction(client, name);
    throw new CliError(`${name} has no URL.`, exitCodes.refused, {
      hint: `Give it one when it is deployed: ${launcher()} deploy … --url none`,
    });
  });
}

const examples = `
Examples:
  $ heddle deploy hello.ts --url none     everybody who can reach the service may call it
  $ curl "$(heddle url hello)"
  $ heddle deploy hello.ts --url iam      who signs with a key of the account
  $ heddle deploy hello.ts --url off      nobody any more

Its host ends in .localhost, which browsers and curl know to be this machine. What cannot resolve that finds the same
function at http://127.0.0.1:PORT/heddle/url/ID/, ID being what the host begins with.`;

/** `heddle url` */
export function urlCommand(): Command {
  return new Command('url')
    .description("print a function's URL")
    .argument('<function>', 'name of the function')
    .addHelpText('after', examples)
    .action(async (name: string, _options: unknown, command: Command) => await print(name, command));
}

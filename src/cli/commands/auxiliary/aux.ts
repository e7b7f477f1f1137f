import { Command } from 'commander';
import { auxiliaryLimits } from '../../../model/auxiliary/auxiliary-service.ts';
import { done } from '../../accounts/print-key.ts';
import { flagsOf, launcher, printJson, textFlag, wantsJson, withClient } from '../../context.ts';
import { paint } from '../../output/style.ts';
import { table } from '../../output/table.ts';
import { wholeFlag } from '../../whole-flag.ts';

async function set(name: string, url: string | undefined, command: Command): Promise<void> {
  const { account, function: functions } = flagsOf(command);
  const timeoutSeconds = wholeFlag('timeout', textFlag(command, 'timeout'), 1, auxiliaryLimits.timeoutMsMax / 1_000);
  const body = {
    ...(url !== undefined && { url }),
    ...(Array.isArray(account) && { accounts: account }),
    ...(Array.isArray(functions) && { functions }),
    ...(timeoutSeconds !== undefined && { timeoutMs: timeoutSeconds * 1_000 }),
  };
  const answer = await withClient(command, (client) =>
    client.admin('PUT', `/aux/${encodeURIComponent(name)}`, { body }),
  );
  const service = answer.object('service');
  if (wantsJson(command)) return printJson(service);
  done(`Functions may call http://heddle.internal/aux/${name}, which is ${service.text('url')}.`);
}

async function list(command: Command): Promise<void> {
  const services = (await withClient(command, (client) => client.admin('GET', '/aux'))).list('services');
  if (wantsJson(command)) return printJson(services);
  if (services.length === 0)
    return void process.stderr.write(
      `No auxiliary services. Set one: ${launcher()} aux set signer http://127.0.0.1:9000\n`,
    );
  const rows = services.map((service) => [
    paint('bold', service.text('name')),
    service.text('url'),
    service.texts('accounts').join(' ') || 'yours',
    service.texts('functions').join(' ') || 'all',
    String(service.number('requests')),
    String(service.number('failures')),
    String(service.number('refusals')),
  ]);
  const columns = ['AUX', 'IS', 'ACCOUNTS', 'FUNCTIONS', 'REQUESTS', 'FAILURES', 'REFUSALS'].map((heading) => ({
    heading,
  }));
  process.stdout.write(`${table(columns, rows)}\n`);
}

async function remove(name: string, command: Command): Promise<void> {
  await withClient(command, (client) => client.admin('DELETE', `/aux/${encodeURIComponent(name)}`));
  if (wantsJson(command)) return printJson({ removed: name });
  done(`Removed ${name}; code cannot call it any more.`);
}

const examples = `
Examples:
  $ heddle aux set signer http://127.0.0.1:9000 --function 'pay-*'     functions of yours called pay-… may call it
  $ heddle aux set signer --account 123456789012 --account 210987654321   and so may whom these accounts have
  $ heddle aux set vault unix:/run/vault.sock --timeout 5
  $ heddle up --aux "signer=http://127.0.0.1:9000"                     the same from the start on, for functions of yours

Code calls it as http://heddle.internal/aux/NAME/…, without a key. It is told who calls by a token in the header heddle-caller (JWT),
whose key is at /heddle/v1/aux/jwks.json. All of these take the key of whoever runs the service: the one in its home.`;

/** `heddle aux` */
export function auxCommand(): Command {
  const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
    ...(before ?? []),
    value,
  ];
  const command = new Command('aux')
    .description('have functions call processes of yours, which are told who calls')
    .addHelpText('after', examples);
  command
    .command('set')
    .description('set one; what is not said anew stays')
    .argument('<name>', 'small letters, digits and dashes')
    .argument('[url]', 'http://HOST:PORT/BASE, https://HOST or unix:/PATH')
    .option(
      '--account <id>',
      'whose functions may call it; may be repeated; all: everybody (default: your own)',
      collect,
    )
    .option('--function <name>', 'which of them, with * for anything; may be repeated (default: all)', collect)
    .option(
      '--timeout <seconds>',
      `until its answer begins, 1 to ${auxiliaryLimits.timeoutMsMax / 1_000} (default: ${auxiliaryLimits.timeoutMs / 1_000})`,
    )
    .action(
      async (name: string, url: string | undefined, _options: unknown, sub: Command) => await set(name, url, sub),
    );
  command
    .command('list')
    .alias('ls')
    .description('list them, and what was counted of each')
    .action(async (_options: unknown, sub: Command) => await list(sub));
  command
    .command('rm')
    .description('remove one')
    .argument('<name>')
    .action(async (name: string, _options: unknown, sub: Command) => await remove(name, sub));
  return command;
}

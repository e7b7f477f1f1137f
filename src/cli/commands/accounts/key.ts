import { Command } from 'commander';
import { dateText, done, printNewKey } from '../../accounts/print-key.ts';
import { connectionOf, launcher, printJson, textFlag, wantsJson, withClient } from '../../context.ts';
import { paint } from '../../output/style.ts';
import { table } from '../../output/table.ts';

function pathOf(key: string): string {
  return `/keys/${encodeURIComponent(key)}`;
}

async function create(command: Command): Promise<void> {
  const account = textFlag(command, 'account') ?? 'self';
  const made = await withClient(command, (client) => client.admin('POST', '/keys', { body: { account } }));
  if (wantsJson(command)) return printJson(made.object('key'));
  done(`Made a key for the account ${made.object('key').text('account')}, as this program takes it:`);
  printNewKey(made.object('key'));
}

async function list(command: Command): Promise<void> {
  const account = textFlag(command, 'account');
  const query = account === undefined ? {} : { account };
  const answer = await withClient(command, (client) => client.admin('GET', '/keys', { query }));
  const keys = answer.list('keys');
  if (wantsJson(command)) return printJson(keys);
  const rows = keys.map((key) => [
    paint('bold', key.text('accessKeyId')),
    key.text('account'),
    key.flag('disabled') ? 'disabled' : 'enabled',
    dateText(key.number('createdAt')),
  ]);
  const columns = ['KEY', 'ACCOUNT', 'STATE', 'MADE (UTC)'].map((heading) => ({ heading }));
  process.stdout.write(`${table(columns, rows)}\n`);
}

async function rotate(given: string | undefined, command: Command): Promise<void> {
  const before = given ?? connectionOf(command).accessKeyId;
  const made = await withClient(command, (client) => client.admin('POST', `${pathOf(before)}/rotation`));
  if (wantsJson(command)) return printJson(made);
  const used = made.flag('inUse') ? ", which the service's home has from now on," : '';
  done(`Made another key${used} for the account ${made.object('key').text('account')}, as this program takes it:`);
  printNewKey(made.object('key'));
  process.stderr.write(
    `  ${before} is still good. When nothing uses it any more: ${launcher()} key disable ${before}\n`,
  );
}

async function setState(key: string, state: 'enabled' | 'disabled', command: Command): Promise<void> {
  const answer = await withClient(command, (client) => client.admin('PUT', `${pathOf(key)}/${state}`));
  if (wantsJson(command)) return printJson(answer.object('key'));
  done(state === 'disabled' ? `Disabled ${key}; sessions that it had opened are over.` : `Enabled ${key}.`);
}

async function remove(key: string, command: Command): Promise<void> {
  await withClient(command, (client) => client.admin('DELETE', pathOf(key)));
  if (wantsJson(command)) return printJson({ removed: key });
  done(`Removed ${key}; sessions that it had opened are over.`);
}

const examples = `
Examples:
  $ eval "$(heddle key create --account ci)"    this shell is the account ci from now on
  $ heddle key rotate AKIA…                     another key for its account; both are good
  $ heddle key disable AKIA…                    when nothing uses the old one any more
  $ heddle key rm AKIA…

A secret is shown once, when its key is made. All of these take the key of whoever runs the service: the one in its home.`;

/** `heddle key` */
export function keyCommand(): Command {
  const command = new Command('key')
    .description('make, rotate, disable and remove the keys of accounts')
    .addHelpText('after', examples);
  const account = ['--account <account>', 'id or name'] as const;
  command
    .command('create')
    .description('make one more key, and show it this once')
    .option(...account)
    .action(async (_options: unknown, sub: Command) => await create(sub));
  command
    .command('list')
    .alias('ls')
    .description('list the keys of all accounts, or of one')
    .option(...account)
    .action(async (_options: unknown, sub: Command) => await list(sub));
  command
    .command('rotate')
    .description('make another key for the account of one; both are good until the first is disabled')
    .argument('[key]', 'id of the key (default: the one that this program uses)')
    .action(async (key: string | undefined, _options: unknown, sub: Command) => await rotate(key, sub));
  command
    .command('disable')
    .description('a key is good for nothing from now on, also where it has sessions open')
    .argument('<key>', 'id of the key')
    .action(async (key: string, _options: unknown, sub: Command) => await setState(key, 'disabled', sub));
  command
    .command('enable')
    .description('a key that was disabled is good again')
    .argument('<key>', 'id of the key')
    .action(async (key: string, _options: unknown, sub: Command) => await setState(key, 'enabled', sub));
  command
    .command('rm')
    .description('remove a key for good')
    .argument('<key>', 'id of the key')
    .action(async (key: string, _options: unknown, sub: Command) => await remove(key, sub));
  return command;
}

import { Command } from 'commander';
import { limitLines, limitsOf, type LimitFlags } from '../../accounts/limit-flags.ts';
import { accountWords, dateText, done, printNewKey } from '../../accounts/print-key.ts';
import { launcher, printJson, wantsJson, withClient } from '../../context.ts';
import { formatCodeBytes, paint } from '../../output/style.ts';
import { table } from '../../output/table.ts';
import type { Shape } from '../../../sdk/shape.ts';

function pathOf(account: string): string {
  return `/accounts/${encodeURIComponent(account)}`;
}

async function create(name: string | undefined, command: Command): Promise<void> {
  const limits = limitsOf(command.opts<LimitFlags>());
  const made = await withClient(command, (client) =>
    client.admin('POST', '/accounts', { body: { ...(name !== undefined && { name }), limits } }),
  );
  if (wantsJson(command)) return printJson(made);
  done(`Made the account ${accountWords(made.object('account'))}. Its key, as this program takes it:`);
  printNewKey(made.object('key'));
}

async function list(command: Command): Promise<void> {
  const answer = await withClient(command, (client) => client.admin('GET', '/accounts'));
  const accounts = answer.list('accounts');
  if (wantsJson(command)) return printJson(accounts);
  const rows = accounts.map((account) => [
    paint('bold', account.text('id')),
    account.flag('operator') ? `${account.text('name')} (operator)`.trim() : account.text('name'),
    String(account.number('keys')),
    String(account.number('functions')),
    formatCodeBytes(account.object('use').number('codeBytes')),
    dateText(account.number('createdAt')),
  ]);
  const right = new Set(['KEYS', 'FUNCTIONS', 'CODE']);
  const head = ['ACCOUNT', 'NAME', 'KEYS', 'FUNCTIONS', 'CODE', 'MADE (UTC)'];
  const columns = head.map((heading) => ({ heading, align: right.has(heading) ? 'right' : 'left' }) as const);
  process.stdout.write(`${table(columns, rows)}\n`);
}

function showAccount(account: Shape, command: Command): void {
  if (wantsJson(command)) return printJson(account);
  const keys = account.number('keys');
  const functions = account.number('functions');
  process.stdout.write(
    `${paint('bold', accountWords(account))}${account.flag('operator') ? ", the operator's" : ''}\n` +
      `Made ${dateText(account.number('createdAt'))} (UTC), ${keys} ${keys === 1 ? 'key' : 'keys'}, ${functions} ${functions === 1 ? 'function' : 'functions'}\n\n`,
  );
  const columns = [{ heading: 'LIMIT' }, { heading: 'MOST' }, { heading: 'NOW' }];
  process.stdout.write(`${table(columns, limitLines(account))}\n`);
}

async function show(account: string, command: Command): Promise<void> {
  showAccount(await withClient(command, (client) => client.admin('GET', pathOf(account))), command);
}

async function limit(account: string, command: Command): Promise<void> {
  const limits = limitsOf(command.opts<LimitFlags>());
  if (Object.keys(limits).length === 0) return await show(account, command);
  const changed = await withClient(command, (client) =>
    client.admin('PUT', `${pathOf(account)}/limits`, { body: { limits } }),
  );
  showAccount(changed, command);
}

async function remove(account: string, command: Command): Promise<void> {
  await withClient(command, (client) => client.admin('DELETE', pathOf(account)));
  if (wantsJson(command)) return printJson({ removed: account });
  done(`Removed the account ${account} and its keys.`);
}

function withLimits(command: Command): Command {
  return command
    .option('--concurrency <N>', 'invocations under way at the same time, or none')
    .option('--memory <SIZE>', 'memory of those together, such as 4G, or none')
    .option('--code <SIZE>', 'zip files of functions and layers together, such as 500M, or none')
    .option('--rate <N[/M]>', 'requests a second, and M at once, or none');
}

const examples = `
Examples:
  $ heddle account create ci --concurrency 20 --rate 100/500
  $ heddle account limit ci --memory 4G --code 500M    the others stay; "none" takes one away
  $ heddle account show                                the own account, its limits and what it uses of them
  $ heddle account rm ci                               when it has no functions and no layers any more

All but "show" of the own account take the key of whoever runs the service: the one in its home.`;

/** `heddle account` */
export function accountCommand(): Command {
  const command = new Command('account')
    .description('make, show, limit and remove accounts of this service')
    .addHelpText('after', `${examples}\nSee also: ${launcher()} key --help`);
  withLimits(command.command('create'))
    .description('make an account, and show its first key this once')
    .argument('[name]', 'what people call it')
    .action(async (name: string | undefined, _options: unknown, sub: Command) => await create(name, sub));
  command
    .command('list')
    .alias('ls')
    .description('list all accounts')
    .action(async (_options: unknown, sub: Command) => await list(sub));
  command
    .command('show')
    .description('show an account, its limits and what it uses of them')
    .argument('[account]', 'id or name', 'self')
    .action(async (account: string, _options: unknown, sub: Command) => await show(account, sub));
  withLimits(command.command('limit'))
    .description('set what an account may use at most; without options, show it')
    .argument('<account>', 'id or name')
    .action(async (account: string, _options: unknown, sub: Command) => await limit(account, sub));
  command
    .command('rm')
    .description('remove an account that has no functions and layers any more, and its keys')
    .argument('<account>', 'id or name')
    .action(async (account: string, _options: unknown, sub: Command) => await remove(account, sub));
  return command;
}

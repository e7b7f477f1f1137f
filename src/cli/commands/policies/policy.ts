import { Command } from 'commander';
import { limits } from '../../../model/limits.ts';
import type { Shape } from '../../../sdk/shape.ts';
import { done } from '../../accounts/print-key.ts';
import { launcher, printJson, wantsJson, withClient } from '../../context.ts';
import { egressFlag } from '../../deploying/egress-flag.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { paint } from '../../output/style.ts';
import { table } from '../../output/table.ts';
import { wholeFlag } from '../../whole-flag.ts';
import { collect, listed, readJson } from './read-json.ts';

interface SetFlags {
  readonly egress?: string;
  readonly memory?: string;
  readonly timeout?: string;
  readonly env?: readonly string[];
  readonly secret?: readonly string[];
  readonly service?: readonly string[];
  readonly apart?: true;
  readonly description?: string;
}

/** What the flags say; undefined where none does. */
function policyOf(flags: SetFlags): Record<string, unknown> | undefined {
  const { functionMemoryMbMin, functionMemoryMbMax, functionTimeoutMsMax } = limits;
  const memoryMb = wholeFlag('memory', flags.memory, functionMemoryMbMin, functionMemoryMbMax);
  const timeout = wholeFlag('timeout', flags.timeout, 1, functionTimeoutMsMax / 1_000);
  const none = (values: readonly string[] | undefined): readonly string[] | undefined =>
    values?.length === 1 && values[0] === 'none' ? [] : values;
  const policy = {
    ...(flags.egress !== undefined && { egress: egressFlag(flags.egress) }),
    ...(memoryMb !== undefined && { memoryMb }),
    ...(timeout !== undefined && { timeoutMs: timeout * 1_000 }),
    ...(flags.env !== undefined && { env: none(listed(flags.env)) }),
    ...(flags.secret !== undefined && { secrets: none(listed(flags.secret)) }),
    ...(flags.service !== undefined && { services: none(flags.service) }),
    ...(flags.apart === true && { apart: true }),
  };
  return Object.keys(policy).length === 0 ? undefined : policy;
}

async function set(name: string, file: string | undefined, command: Command): Promise<void> {
  const flags: SetFlags = command.opts();
  const said = policyOf(flags);
  if ((said === undefined) === (file === undefined))
    throw new CliError('Say what the policy is by a JSON file or by options, and not by both.', exitCodes.usage, {
      hint: `${launcher()} policy set --help`,
    });
  const policy = said ?? (await readJson(file ?? '-', 'a policy'));
  const { description } = flags;
  const body = { policy, ...(description !== undefined && { description }) };
  const made = await withClient(command, (client) =>
    client.admin('PUT', `/policies/${encodeURIComponent(name)}`, { body }),
  );
  if (wantsJson(command)) return printJson(made);
  const functions = made.texts('functions').length;
  done(`Set the policy ${name}${functions === 0 ? '' : `, which ${functions} functions have from now on`}.`);
}

async function list(command: Command): Promise<void> {
  const policies = (await withClient(command, (client) => client.admin('GET', '/policies'))).list('policies');
  if (wantsJson(command)) return printJson(policies);
  if (policies.length === 0)
    return void process.stderr.write(
      `There are no policies. Make one: ${launcher()} policy set offline --egress none\n`,
    );
  const rows = policies.map((policy) => [
    paint('bold', policy.text('name')),
    summary(policy.object('policy')),
    policy.texts('functions').join(', '),
    policy.texts('roles').join(', '),
  ]);
  const columns = ['POLICY', 'AT MOST', 'FUNCTIONS', 'ROLES'].map((heading) => ({ heading }));
  process.stdout.write(`${table(columns, rows)}\n`);
}

/** What a policy says, on a line. */
function summary(policy: Shape): string {
  const text = JSON.stringify(policy);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

async function show(name: string, command: Command): Promise<void> {
  const ofFunction = command.opts<{ readonly function?: true }>().function === true;
  const path = ofFunction ? `/functions/${encodeURIComponent(name)}/policy` : `/policies/${encodeURIComponent(name)}`;
  const shown = await withClient(command, (client) => client.admin('GET', path));
  if (wantsJson(command)) return printJson(shown);
  process.stdout.write(`${JSON.stringify(shown, undefined, 2)}\n`);
}

async function remove(name: string, command: Command): Promise<void> {
  await withClient(command, (client) => client.admin('DELETE', `/policies/${encodeURIComponent(name)}`));
  if (wantsJson(command)) return printJson({ removed: name });
  done(`Removed the policy ${name}.`);
}

const examples = `
Examples:
  $ heddle policy set offline --egress none --service none        code that reaches nothing
  $ heddle policy set small --memory 256 --timeout 3 --env STAGE,APP_*
  $ heddle policy set worker --service "sqs:SendMessage jobs" --service "s3:GetObject inbox/*"
  $ heddle policy set shop shop.json                              as a file: {"egress": "api.stripe.com:443", "secrets": ["STRIPE"]}
  $ heddle deploy plugin.ts --policy offline,small                a function has both, and so less than either
  $ heddle invoke plugin --policy offline                         only this call
  $ heddle policy show plugin --function                          what a function may, all taken together

What is left out is not bounded. Policies only take away: a function has the smallest memory, the names that all have, and may connect
to and call what all allow. A policy that is changed holds from the next call on. See docs/policies.md.`;

/** `heddle policy` */
export function policyCommand(): Command {
  const command = new Command('policy')
    .description('say what code may do at most: connections, memory, time, variables, secrets, operations')
    .addHelpText('after', examples);
  command
    .command('set')
    .description('make a policy, or another of one')
    .argument('<name>')
    .argument('[file]', 'JSON of it; - for standard input')
    .option('--egress <policy>', 'what may be connected to: none, public, names and addresses, with ports')
    .option('--memory <MB>', 'memory of a container')
    .option('--timeout <seconds>', 'longest that one call may run')
    .option('--env <names>', 'variables that are there, with commas between, * at an end for any end; none', collect)
    .option('--secret <names>', 'secrets that are there, in the same form; none', collect)
    .option(
      '--service <action>',
      'an operation, and its resource: "sqs:SendMessage jobs"; may be repeated; none',
      collect,
    )
    .option('--apart', 'it can neither start threads nor call the service')
    .option('--description <text>', 'what it is for')
    .action(
      async (name: string, file: string | undefined, _options: unknown, sub: Command) => await set(name, file, sub),
    );
  command
    .command('list')
    .alias('ls')
    .description('list policies, and who has them')
    .action(async (_options: unknown, sub: Command) => await list(sub));
  command
    .command('show')
    .description('show a policy, or with --function what a function may')
    .argument('<name>')
    .option('--function', 'the name is that of a function')
    .action(async (name: string, _options: unknown, sub: Command) => await show(name, sub));
  command
    .command('rm')
    .description('remove a policy that nothing has any more')
    .argument('<name>')
    .action(async (name: string, _options: unknown, sub: Command) => await remove(name, sub));
  return command;
}

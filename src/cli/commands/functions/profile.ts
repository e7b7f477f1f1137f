import { Command } from 'commander';
import { ServiceError } from '../../../sdk/service-error.ts';
import type { Shape } from '../../../sdk/shape.ts';
import { launcher, printJson, wantsJson, withClient } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { paint } from '../../output/style.ts';
import { hostLines, profileTree } from '../../output/profile-tree.ts';
import { refuseUnknownFunction } from '../../unknown-function.ts';

interface Flags {
  readonly on?: true;
  readonly off?: true;
  readonly forget?: true;
}

async function profile(name: string | undefined, command: Command): Promise<void> {
  const flags = command.opts<Flags>();
  const wishes = (['on', 'off', 'forget'] as const).filter((wish) => flags[wish] === true);
  const [wish, another] = wishes;
  if (another !== undefined)
    throw new CliError(`--${wish} and --${another} cannot be done at once: give one of them.`, exitCodes.usage);
  await withClient(command, async (client) => {
    const path = name === undefined ? '/profiles' : `/functions/${encodeURIComponent(name)}/profile`;
    const ask = async (method: 'GET' | 'PUT' | 'DELETE', body?: Record<string, unknown>): Promise<Shape> =>
      await client.admin(method, path, body === undefined ? {} : { body }).catch(async (error: unknown) => {
        if (name !== undefined && error instanceof ServiceError && error.status === 404)
          return await refuseUnknownFunction(client, name);
        throw error;
      });
    if (wish === undefined) return show(name, await ask('GET'), command);
    if (wish === 'forget') await ask('DELETE');
    else await ask('PUT', { prediction: wish });
    if (wantsJson(command)) return printJson({ function: name ?? null, done: wish });
    const whose = name ?? 'all functions of the account';
    const done = wish === 'forget' ? 'What was learned is forgotten' : `Prediction is ${wish}`;
    process.stderr.write(`${paint('green', '✓', process.stderr)} ${done} for ${whose}.\n`);
  });
}

function show(name: string | undefined, answer: Shape, command: Command): void {
  if (wantsJson(command)) return printJson(answer);
  const profiles = name === undefined ? answer.list('profiles') : [answer];
  if (profiles.length === 0 && answer.text('prediction') === 'off')
    return void process.stderr.write('Prediction is off for the account: nothing is learned of what functions call.\n');
  const nothing = `No function has called another yet. It is learned from calls through the service: ${launcher()} invoke NAME\n`;
  if (profiles.length === 0) return void process.stderr.write(nothing);
  process.stdout.write(profiles.map((each) => `${textOf(each)}\n`).join('\n'));
  const more = answer.number('more');
  if (more > 0) process.stderr.write(`… and ${more} more functions.\n`);
}

function textOf(each: Shape): string {
  const runs = Math.round(each.number('runs'));
  const off = each.text('prediction') === 'off' ? `, off: ${each.text('why')}` : '';
  const head = `${paint('bold', each.text('function'))}  ${runs === 1 ? '1 run counts' : `${runs} runs count`}${off}`;
  const tree = profileTree(each.list('calls'));
  const hosts = hostLines(each.list('hosts'));
  return [head, ...(tree.length === 0 ? ['└─ calls nobody, as far as is known'] : tree), ...hosts].join('\n');
}

const examples = `
Examples:
  $ heddle profile checkout           what its runs call, and what that calls: how often, how soon, how certain it is
  $ heddle profile                    the same of each function of the account that calls something
  $ heddle profile checkout --json
  $ heddle profile checkout --off     learn nothing of it, prepare nothing because of it, forget what is known
  $ heddle profile --off              for all functions of the account; for the whole service: heddle up --prediction off
  $ heddle profile checkout --forget  learn it anew

When a run of a function begins, and its profile is certain enough of what it calls, a container of that is prepared meanwhile (✓ in the
tree); docs/prediction.md has more.`;

/** `heddle profile` */
export function profileCommand(): Command {
  return new Command('profile')
    .description('what functions call, how often and how soon, and what is prepared because of that')
    .argument('[function]', 'name of the function; all that call something where it is left out')
    .option('--on', 'learn, and prepare what is called')
    .option('--off', 'neither learn nor prepare, and forget what is known')
    .option('--forget', 'forget what is known')
    .addHelpText('after', examples)
    .action(async (name: string | undefined, _options: unknown, command: Command) => await profile(name, command));
}

import { Command } from 'commander';
import { done } from '../../accounts/print-key.ts';
import { launcher, printJson, wantsJson, withClient } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { paint } from '../../output/style.ts';
import { table } from '../../output/table.ts';
import { wholeFlag } from '../../whole-flag.ts';
import { collect, listed, readJson } from './read-json.ts';

interface SetFlags {
  readonly policy?: readonly string[];
  readonly account?: readonly string[];
  readonly externalId?: string;
  readonly issuer?: string;
  readonly audience?: readonly string[];
  readonly subject?: readonly string[];
  readonly claim?: readonly string[];
  readonly keys?: string;
  readonly trust?: string;
  readonly session?: string;
  readonly description?: string;
}

const githubIssuer = 'https://token.actions.githubusercontent.com';
const githubAudience = 'sts.amazonaws.com';

function rolePath(name: string): string {
  return `/roles/${encodeURIComponent(name)}`;
}

/** Who may take it, as the flags say; undefined where they do not. */
async function trustOf(flags: SetFlags): Promise<unknown> {
  const { account, externalId, issuer, audience, subject, claim, keys, trust } = flags;
  const oidc = issuer ?? audience ?? subject ?? claim ?? keys;
  const said = account ?? externalId ?? oidc;
  if (trust !== undefined && said !== undefined)
    throw new CliError(
      'Say who may take the role by --trust or by the other options, and not by both.',
      exitCodes.usage,
    );
  if (trust !== undefined) return await readJson(trust, 'who may take a role');
  if (said === undefined) return undefined;
  if (oidc !== undefined && (issuer === undefined || subject === undefined))
    throw new CliError('Tokens are trusted by --issuer and --subject, at least.', exitCodes.usage, {
      hint: `For GitHub Actions: --issuer github --subject 'repo:ORG/REPO:ref:refs/heads/main'`,
    });
  const github = issuer === 'github';
  const one = issuer !== undefined && {
    issuer: github ? githubIssuer : issuer,
    audiences: audience ?? (github ? [githubAudience] : []),
    subjects: subject,
    ...(claim !== undefined && { claims: Object.fromEntries(claim.map(pair)) }),
    ...(keys !== undefined && { keys: await readJson(keys, 'a key set') }),
  };
  return {
    ...(account !== undefined && { accounts: listed(account) }),
    ...(externalId !== undefined && { externalId }),
    ...(one !== false && { oidc: [one] }),
  };
}

function pair(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new CliError(`A claim is NAME=PATTERN, such as environment=production; it is "${text}".`, exitCodes.usage);
}

async function set(name: string, command: Command): Promise<void> {
  const flags: SetFlags = command.opts();
  const sessionSecondsMax = wholeFlag('session', flags.session, 900, 43_200);
  const policies = listed(flags.policy);
  const trust = await trustOf(flags);
  const body = {
    ...(policies !== undefined && { policies: policies[0] === 'none' ? [] : policies }),
    ...(trust !== undefined && { trust }),
    ...(sessionSecondsMax !== undefined && { sessionSecondsMax }),
    ...(flags.description !== undefined && { description: flags.description }),
  };
  const made = await withClient(command, (client) => client.admin('PUT', rolePath(name), { body }));
  if (wantsJson(command)) return printJson(made);
  done(`Set the role ${name}: ${made.text('arn')}`);
}

async function list(command: Command): Promise<void> {
  const roles = (await withClient(command, (client) => client.admin('GET', '/roles'))).list('roles');
  if (wantsJson(command)) return printJson(roles);
  if (roles.length === 0)
    return void process.stderr.write(`There are no roles. Make one: ${launcher()} role set ci --policy deployer\n`);
  const rows = roles.map((role) => {
    const trust = role.object('trust');
    const issuers = trust.list('oidc').map((one) => new URL(one.text('issuer')).host);
    return [
      paint('bold', role.text('name')),
      role.texts('policies').join(', '),
      [...trust.texts('accounts'), ...issuers].join(', '),
      role.texts('functions').join(', '),
      String(role.number('sessions')),
    ];
  });
  const columns = ['ROLE', 'POLICIES', 'TAKEN BY', 'FUNCTIONS', 'TAKEN NOW'].map((heading) => ({ heading }));
  process.stdout.write(`${table(columns, rows)}\n`);
}

async function show(name: string, command: Command): Promise<void> {
  const shown = await withClient(command, (client) => client.admin('GET', rolePath(name)));
  if (wantsJson(command)) return printJson(shown);
  process.stdout.write(`${JSON.stringify(shown, undefined, 2)}\n`);
}

async function remove(name: string, command: Command): Promise<void> {
  const gone = await withClient(command, (client) => client.admin('DELETE', rolePath(name)));
  if (wantsJson(command)) return printJson(gone);
  done(`Removed the role ${name}; ${gone.number('sessions')} that had taken it have it no more.`);
}

async function revoke(name: string, command: Command): Promise<void> {
  const gone = await withClient(command, (client) => client.admin('POST', `${rolePath(name)}/revocation`));
  if (wantsJson(command)) return printJson(gone);
  done(
    `All credentials of the role ${name} are good for nothing: ${gone.number('sessions')} that had taken it, and code that runs.`,
  );
}

const examples = `
Examples:
  $ heddle policy set deployer --service "lambda:*" --service "iam:PassRole app"
  $ heddle role set ci --policy deployer --issuer github --subject 'repo:org/shop:ref:refs/heads/main'
  $ heddle role set app --policy worker                            for functions: heddle deploy app.ts --role app
  $ heddle role set partner --policy reader --account 123456789012 --external-id 6f2c
  $ heddle role revoke ci                                          what was taken of it until now is good for nothing

  $ eval "$(heddle env)"; aws sts assume-role --role-arn arn:aws:iam::ACCOUNT:role/ci --role-session-name me

What is left out stays as it was. Whoever has taken a role may do what all of its policies allow, and nothing that they do not say.
See docs/policies.md.`;

/** `heddle role` */
export function roleCommand(): Command {
  const command = new Command('role')
    .description('make roles, which functions have and CI takes for a time: what they may do, and who may take them')
    .addHelpText('after', examples);
  command
    .command('set')
    .description('make a role, or change one')
    .argument('<name>')
    .option('--policy <names>', 'policies, all of which hold, with commas between; none', collect)
    .option('--account <id>', 'account whose keys may take it, or self (the default); may be repeated', collect)
    .option('--external-id <text>', 'what those have to know')
    .option('--issuer <url>', 'issuer of tokens that may take it; github for GitHub Actions')
    .option('--audience <text>', 'for whom tokens must be (github: sts.amazonaws.com); may be repeated', collect)
    .option('--subject <pattern>', 'whose tokens they must be, with * and ?; may be repeated', collect)
    .option('--claim <name=pattern>', 'another claim that they must have; may be repeated', collect)
    .option('--keys <file>', "the issuer's JSON Web Key Set, where it is not to be fetched")
    .option('--trust <file>', 'JSON that says who may take it: {"accounts": […], "externalId": "…", "oidc": […]}')
    .option('--session <seconds>', 'longest that its credentials hold, 900 to 43200 (default: 3600)')
    .option('--description <text>', 'what it is for')
    .action(async (name: string, _options: unknown, sub: Command) => await set(name, sub));
  command
    .command('list')
    .alias('ls')
    .description('list roles')
    .action(async (_options: unknown, sub: Command) => await list(sub));
  command
    .command('show')
    .description('show a role')
    .argument('<name>')
    .action(async (name: string, _options: unknown, sub: Command) => await show(name, sub));
  command
    .command('rm')
    .description('remove a role that no function has; what was taken of it ends')
    .argument('<name>')
    .action(async (name: string, _options: unknown, sub: Command) => await remove(name, sub));
  command
    .command('revoke')
    .description('end all credentials of a role that there are; it can be taken again')
    .argument('<name>')
    .action(async (name: string, _options: unknown, sub: Command) => await revoke(name, sub));
  return command;
}

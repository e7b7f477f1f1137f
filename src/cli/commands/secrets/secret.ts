import { readFileSync } from 'node:fs';
import { text as textOf } from 'node:stream/consumers';
import { Command } from 'commander';
import { secretLimits } from '../../../model/secrets/secret-use.ts';
import { dateText, done } from '../../accounts/print-key.ts';
import { flagsOf, launcher, printJson, textFlag, wantsJson, withClient } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { paint } from '../../output/style.ts';
import { table } from '../../output/table.ts';

async function set(name: string, existing: boolean, command: Command): Promise<void> {
  const { host } = flagsOf(command);
  const authority = textFlag(command, 'ca');
  const body = {
    value: await valueFrom(textFlag(command, 'file'), name),
    existing,
    ...(Array.isArray(host) && { hosts: host.map(String).filter((each) => each !== 'any') }),
    ...(authority !== undefined && { authority: authority === 'none' ? '' : contentOf(authority) }),
  };
  const path = `/secrets/${encodeURIComponent(name)}`;
  const answer = await withClient(command, (client) => client.admin('PUT', path, { body }));
  const secret = answer.object('secret');
  if (wantsJson(command)) return printJson(secret);
  const hosts = secret.texts('hosts').join(', ');
  const where = hosts === '' ? 'wherever a function of the account says' : `to ${hosts} only`;
  done(`${existing ? 'Rotated' : 'Set'} ${name} (version ${secret.number('version')}); it may be sent ${where}.`);
  if (!existing) process.stderr.write(`  Use it: ${launcher()} deploy FILE --secret ${name}=HOST\n`);
}

async function list(command: Command): Promise<void> {
  const answer = await withClient(command, (client) => client.admin('GET', '/secrets'));
  const secrets = answer.list('secrets');
  if (wantsJson(command)) return printJson(secrets);
  if (secrets.length === 0)
    return void process.stderr.write(`No secrets yet. Set one: ${launcher()} secret set STRIPE < key.txt\n`);
  const rows = secrets.map((secret) => [
    paint('bold', secret.text('name')),
    String(secret.number('version')),
    secret.texts('hosts').join(' ') || 'any',
    secret.texts('functions').join(' ') || '-',
    String(secret.number('uses')),
    dateText(secret.number('changedAt')),
  ]);
  const columns = ['SECRET', 'VERSION', 'HOSTS', 'FUNCTIONS', 'USES', 'CHANGED (UTC)'].map((heading) => ({ heading }));
  process.stdout.write(`${table(columns, rows)}\n`);
}

async function remove(name: string, command: Command): Promise<void> {
  await withClient(command, (client) => client.admin('DELETE', `/secrets/${encodeURIComponent(name)}`));
  if (wantsJson(command)) return printJson({ removed: name });
  done(`Removed ${name}; requests that would need it are refused from now on.`);
}

/** Of a file or of standard input, without the line's end: a command line is for everybody to see. */
async function valueFrom(file: string | undefined, name: string): Promise<string> {
  if (file !== undefined && file !== '-') return trimmed(contentOf(file));
  if (process.stdin.isTTY)
    throw new CliError(`The value of ${name} is read from standard input, or with --file.`, exitCodes.usage, {
      hint: `For example: ${launcher()} secret set ${name} < key.txt`,
    });
  return trimmed(await textOf(process.stdin));
}

function trimmed(value: string): string {
  const whole = value.replace(/\r?\n$/, '');
  if (whole.length > secretLimits.valueUnitsMax)
    throw new CliError(
      `The value has ${whole.length} characters; at most ${secretLimits.valueUnitsMax} are kept.`,
      exitCodes.usage,
    );
  return whole;
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CliError(`${file} cannot be read.`, exitCodes.usage, { cause });
  }
}

const examples = `
Examples:
  $ heddle secret set STRIPE --host api.stripe.com < key.txt     from standard input, and good for that host only
  $ heddle deploy pay.ts --secret STRIPE=api.stripe.com          its code has a placeholder in process.env.STRIPE
  $ heddle secret rotate STRIPE --file new-key.txt               warm containers use it from the next request on
  $ heddle secret set CRM --host crm.lan:8443 --ca crm-ca.pem < token     a host whose certificate is from an authority of yours
  $ heddle secret ls

Code never has a secret: the service puts it into the headers of requests to its host, where code put the placeholder, also
within Basic credentials. A value is shown to nobody again. heddle.json: {"secret": ["STRIPE=api.stripe.com"]}, or objects:
{"secret": "STRIPE", "host": "api.stripe.com", "header": "authorization", "value": "Bearer \${STRIPE}"} sets that header itself.`;

/** `heddle secret` */
export function secretCommand(): Command {
  const command = new Command('secret')
    .description('keep secrets that requests of functions have, and functions have not')
    .addHelpText('after', examples);
  const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
    ...(before ?? []),
    value,
  ];
  const withOptions = (sub: Command): Command =>
    sub
      .argument('<name>', 'as an environment variable is called')
      .option('--file <path>', 'read the value from there instead of standard input')
      .option(
        '--host <host>',
        'where alone it may be sent: api.example.org, *.example.org, https://name:8443, http://name:8080; may be repeated; any: anywhere',
        collect,
      )
      .option(
        '--ca <file>',
        "who alone may have signed the hosts' certificates, in PEM; none: whom this machine trusts",
      );
  withOptions(
    command.command('set').description('set one, from standard input or a file; what is not said anew stays'),
  ).action(async (name: string, _options: unknown, sub: Command) => await set(name, false, sub));
  withOptions(command.command('rotate').description('give one that is there another value')).action(
    async (name: string, _options: unknown, sub: Command) => await set(name, true, sub),
  );
  command
    .command('list')
    .alias('ls')
    .description('list them, without their values')
    .action(async (_options: unknown, sub: Command) => await list(sub));
  command
    .command('rm')
    .description('remove one')
    .argument('<name>')
    .action(async (name: string, _options: unknown, sub: Command) => await remove(name, sub));
  return command;
}

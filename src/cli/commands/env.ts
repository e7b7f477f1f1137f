import { dirname } from 'node:path';
import { Command } from 'commander';
import type { Connection } from '../../sdk/connection.ts';
import { writeAwsModel } from '../aws-model.ts';
import { connectionOf, printJson, wantsJson } from '../context.ts';

/** Variables that would win over ours in one AWS tool or another. */
const unset = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
];

/** What points AWS's tools, and this one, at a service. */
export function environmentOf(connection: Connection): Readonly<Record<string, string>> {
  return {
    HEDDLE_HOME: dirname(connection.credentialsFile),
    AWS_ENDPOINT_URL_LAMBDA: connection.url,
    AWS_SHARED_CREDENTIALS_FILE: connection.credentialsFile,
    AWS_PROFILE: connection.profile,
    AWS_REGION: connection.region,
    AWS_DEFAULT_REGION: connection.region,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** A word that every POSIX shell reads back as `text`, whatever is in it. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function print(command: Command): void {
  const connection = connectionOf(command);
  const options: { readonly key?: true } = command.opts();
  const { accessKeyId, secretAccessKey } = connection;
  if (options.key === true && wantsJson(command)) return printJson({ accessKeyId, secretAccessKey });
  if (options.key === true) return void process.stdout.write(`${accessKeyId}:${secretAccessKey}\n`);
  const variables = {
    ...environmentOf(connection),
    AWS_DATA_PATH: writeAwsModel(dirname(connection.credentialsFile), connection.url),
  };
  if (wantsJson(command)) return printJson(variables);
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${shellQuote(value)}`);
  process.stdout.write(`unset ${unset.join(' ')}\n${lines.join('\n')}\n`);
}

const examples = `
Examples:
  $ eval "$(heddle env)"
  $ aws lambda list-functions
  $ curl --aws-sigv4 "aws:amz:$AWS_REGION:lambda" --user "$(heddle env --key)" "$AWS_ENDPOINT_URL_LAMBDA/2015-03-31/functions"`;

/** `heddle env` */
export function envCommand(): Command {
  return new Command('env')
    .description('print shell exports that point the AWS CLI and every AWS SDK at the service')
    .option('--key', 'print only ID:SECRET, for "curl --user"')
    .addHelpText('after', examples)
    .action((_options: unknown, command: Command) => print(command));
}

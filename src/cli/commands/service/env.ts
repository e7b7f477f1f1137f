import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import type { Connection } from '../../../sdk/connection.ts';
import { writeAwsModel } from '../../aws-model.ts';
import { connectionOf, printJson, wantsJson } from '../../context.ts';

/** Variables that would win over ours in one AWS tool or another, where they are not ours themselves. */
const rivals = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
];

/** The key: where it stands in a file, or itself where this program has it from its own environment. */
function keyVariables(connection: Connection): Readonly<Record<string, string>> {
  const { accessKeyId, secretAccessKey, sessionToken, credentialsFile, profile } = connection;
  if (profile === undefined)
    return {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
    };
  return { AWS_SHARED_CREDENTIALS_FILE: credentialsFile, AWS_PROFILE: profile, ...forOlderTools(credentialsFile) };
}

/**
 * AWS's SDK for JavaScript 2 (2.1693.0) reads the credentials' file that is named only where it is told to read the configuration as well, and nothing at
 * all where that is not there; a file of credentials has no profile in it that others take for one of the configuration.
 */
function forOlderTools(credentialsFile: string): Readonly<Record<string, string>> {
  const configuration = process.env['AWS_CONFIG_FILE'] ?? join(homedir(), '.aws', 'config');
  return { AWS_SDK_LOAD_CONFIG: '1', ...(!existsSync(configuration) && { AWS_CONFIG_FILE: credentialsFile }) };
}

/** What points AWS's tools, and this one, at a service. */
export function environmentOf(connection: Connection): Readonly<Record<string, string>> {
  return {
    HEDDLE_HOME: dirname(connection.credentialsFile),
    AWS_ENDPOINT_URL_LAMBDA: connection.url,
    AWS_ENDPOINT_URL_SQS: connection.url,
    AWS_ENDPOINT_URL_S3: connection.url,
    AWS_ENDPOINT_URL_SCHEDULER: connection.url,
    AWS_ENDPOINT_URL_STS: connection.url,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: connection.url,
    ...keyVariables(connection),
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
  const variables: Readonly<Record<string, string>> = {
    ...environmentOf(connection),
    AWS_DATA_PATH: writeAwsModel(dirname(connection.credentialsFile), connection.url),
  };
  if (wantsJson(command)) return printJson(variables);
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${shellQuote(value)}`);
  const unset = rivals.filter((name) => variables[name] === undefined);
  process.stdout.write(`unset ${unset.join(' ')}\n${lines.join('\n')}\n`);
}

const examples = `
Examples:
  $ eval "$(heddle env)"
  $ aws lambda list-functions
  $ aws sqs list-queues       version 1 of the CLI takes no word for where SQS is but --endpoint-url "$AWS_ENDPOINT_URL_SQS"
  $ aws s3 ls                 rclone finds it as :s3,provider=Other,env_auth,endpoint=$AWS_ENDPOINT_URL_S3:
  $ curl --aws-sigv4 "aws:amz:$AWS_REGION:lambda" --user "$(heddle env --key)" "$AWS_ENDPOINT_URL_LAMBDA/2015-03-31/functions"`;

/** `heddle env` */
export function envCommand(): Command {
  return new Command('env')
    .description('print shell exports that point the AWS CLI and every AWS SDK at the service')
    .option('--key', 'print only ID:SECRET, for "curl --user"')
    .addHelpText('after', examples)
    .action((_options: unknown, command: Command) => print(command));
}

import { Command } from 'commander';
import { runtimes } from '../../model/configuration.ts';
import { limits } from '../../model/limits.ts';
import type { Shape } from '../../sdk/shape.ts';
import { launcher, printJson, wantsJson, withClient } from '../context.ts';
import { deployFunction } from '../deploy-function.ts';
import { CliError, exitCodes } from '../exit.ts';
import { paint } from '../output/style.ts';
import { packageCode } from '../package-code.ts';
import { suggest } from '../suggest.ts';
import { wholeFlag } from '../whole-flag.ts';

const { functionMemoryMbMin: memoryMbMin, functionMemoryMbMax: memoryMbMax } = limits;
const timeoutSecondsMin = limits.functionTimeoutMsMin / 1_000;
const timeoutSecondsMax = limits.functionTimeoutMsMax / 1_000;

interface DeployFlags {
  readonly name?: string;
  readonly handler?: string;
  readonly runtime: string;
  readonly memory?: string;
  readonly timeout?: string;
  readonly env?: readonly string[];
}

/** `['A=1', 'B=x=y']` → `{A: '1', B: 'x=y'}`; a name alone takes this process's value. Throws CliError (usage). */
export function parseEnvironment(pairs: readonly string[], own: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name = '', value] = /^([^=]*)(?:=([\s\S]*))?$/.exec(pair) ?? [];
      const found = value ?? own[name];
      if (!/^[A-Za-z]\w+$/.test(name) || found === undefined)
        throw new CliError(
          `--env must be KEY=VALUE, or the name of a variable that is set; it is "${pair}".`,
          exitCodes.usage,
        );
      return [name, found];
    }),
  );
}

function checkRuntime(runtime: string): void {
  if (runtimes.some((known) => known === runtime)) return;
  const near = suggest(runtime, runtimes);
  throw new CliError(`There is no runtime "${runtime}".`, exitCodes.usage, {
    hint: near === undefined ? `Runtimes: ${runtimes.join(', ')}.` : `Did you mean "${near}"?`,
  });
}

/** What the first call will find. */
export function readinessLine(readiness: Shape): string {
  if (readiness.flag('ready')) return `Ready: its first call starts at once (${readiness.text('path')}).`;
  return `${paint('yellow', 'Not ready', process.stderr)}: its first call will wait; ${readiness.text('why')}.`;
}

async function deploy(path: string, command: Command): Promise<void> {
  const flags: DeployFlags = command.opts();
  checkRuntime(flags.runtime);
  const memory = wholeFlag('memory', flags.memory, memoryMbMin, memoryMbMax);
  const timeout = wholeFlag('timeout', flags.timeout, timeoutSecondsMin, timeoutSecondsMax);
  const environment = flags.env && parseEnvironment(flags.env, process.env);
  const code = await packageCode(path, flags.runtime);
  const name = flags.name ?? code.name;
  await withClient(command, async (client) => {
    const { configuration, created } = await deployFunction(client, name, code.zip, {
      handler: flags.handler ?? code.handler,
      runtime: flags.runtime,
      ...(memory !== undefined && { memory }),
      ...(timeout !== undefined && { timeout }),
      ...(environment !== undefined && { environment }),
    });
    const readiness = await client.readiness(name);
    if (wantsJson(command)) return printJson(Object.assign({ Readiness: readiness }, configuration.toJSON()));
    const verb = created ? 'Deployed' : 'Updated';
    process.stderr.write(`${paint('green', '✓', process.stderr)} ${verb} ${name} (${code.summary}).\n`);
    process.stderr.write(`  ${readinessLine(readiness)}\n`);
    process.stderr.write(`  Run it: ${launcher()} invoke ${name} --payload '{}'\n`);
  });
}

const examples = `
Examples:
  $ heddle deploy hello.ts                          TypeScript or JavaScript, bundled with what it imports
  $ heddle deploy ./service --name api --memory 512 a folder: "main" of its package.json, or index.ts
  $ heddle deploy built.zip --handler app.handler   a zip file made for AWS Lambda, as it is
  $ heddle deploy hello.ts --env STAGE=dev --env API_KEY

The function is what the file exports as "handler": export const handler = async (event) => …`;

/** `heddle deploy` */
export function deployCommand(): Command {
  const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
    ...(before ?? []),
    value,
  ];
  return new Command('deploy')
    .description('create a function, or update the one there is')
    .argument('<path>', 'TypeScript or JavaScript file, folder, or zip file')
    .option('--name <name>', "name of the function (default: the file's)")
    .option('--handler <file.export>', 'what to call (default: index.handler)')
    .option('--runtime <name>', runtimes.join(' or '), runtimes[0])
    .option('--memory <MB>', `memory of a container, ${memoryMbMin} to ${memoryMbMax}`)
    .option('--timeout <seconds>', `longest that one invocation may run, ${timeoutSecondsMin} to ${timeoutSecondsMax}`)
    .option('--env <KEY=VALUE>', 'environment variable; may be repeated; KEY alone passes yours on', collect)
    .addHelpText('after', examples)
    .action(async (path: string, _options: unknown, command: Command) => await deploy(path, command));
}

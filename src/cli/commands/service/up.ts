import { once } from 'node:events';
import { Command } from 'commander';
import { bootstrap, featuresOf } from '../../bootstrap/bootstrap.ts';
import { flagsOf, launcherFor, printJson, shortPath, wantsJson } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { Progress } from '../../output/progress.ts';
import { paint } from '../../output/style.ts';
import { HostRemovedError } from '../../../model/errors.ts';
import { startOwnService, type OwnService } from '../../service.ts';
import { addSettingOptions } from '../../setting-options.ts';
import { readSettings } from '../../settings.ts';
import { StopSignal } from '../../stop-signal.ts';

async function up(command: Command): Promise<void> {
  const flags = flagsOf(command);
  const given = readSettings({ flags, environment: process.env });
  using stop = new StopSignal();
  using progress = new Progress();
  await bootstrap({ features: featuresOf(given.driver), agreed: flags['yes'] === true, progress });
  let { port } = given;
  for (let isFirst = true; ; isFirst = false) {
    const settings = { ...given, port };
    await using service = await startOwnService(settings, (line, share) => progress.report(line, share), stop.signal);
    await Promise.race([service.ready, stop.received]);
    progress.done();
    if (isFirst && !stop.isReceived) sayReady(command, service);
    const displaced = await Promise.race([stop.received, service.displaced, backOf(service)]);
    if (displaced !== undefined) throw displacedError(displaced);
    if (stop.isReceived) {
      process.stderr.write('Stopping: running invocations may end. Ctrl-C again stops at once.\n');
      return;
    }
    // Once more at the same place, to join its cluster: what runs may end first.
    port = portOf(service.url) ?? port;
  }
}

/** Resolves when it should be started again. */
async function backOf({ back }: OwnService): Promise<undefined> {
  if (back === undefined) return await new Promise<never>(() => undefined);
  if (!back.aborted) await once(back, 'abort');
  return undefined;
}

function sayReady(command: Command, { url, driver, home }: OwnService): void {
  if (wantsJson(command)) return printJson({ event: 'ready', url, driver, home });
  process.stdout.write(
    `${paint('green', '✓')} Heddle is ready at ${paint('bold', url)} (driver ${driver}, home ${shortPath(home)}).\n`,
  );
  process.stdout.write(`  Point AWS tools at it: eval "$(${launcherFor(home)} env)"   Ctrl-C stops it.\n`);
}

function portOf(url: string): number | undefined {
  const { port } = new URL(url);
  return port === '' ? undefined : Number(port);
}

function displacedError(cause: Error): CliError {
  const code = cause instanceof HostRemovedError ? exitCodes.removed : exitCodes.unfit;
  return new CliError(cause.message, code, { cause });
}

const examples = `
Examples:
  $ heddle up                                    the best driver that works here, port 4333
  $ heddle up --driver gvisor --port 0 --json    prints one line of JSON when it is ready
  $ HEDDLE_HOME=/tmp/second heddle up --port 5000  a second one beside it

Flags win over the environment, which wins over config.json in the home folder.`;

/** `heddle up` */
export function upCommand(): Command {
  return addSettingOptions(new Command('up').description('start the service, and stay until Ctrl-C'))
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      await up(command);
      // Everything has ended, and is written. Node's own way out closes what is open once more, and was seen to wait for ever for a connection
      // whose both ends had said that they were done.
      process.exit();
    });
}

import { Command } from 'commander';
import { bootstrap, featuresOf } from '../../bootstrap/bootstrap.ts';
import { flagsOf, launcherFor, printJson, shortPath, wantsJson } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { Progress } from '../../output/progress.ts';
import { paint } from '../../output/style.ts';
import { HostRemovedError } from '../../../model/errors.ts';
import { startOwnService } from '../../service.ts';
import { addSettingOptions } from '../../setting-options.ts';
import { readSettings } from '../../settings.ts';
import { StopSignal } from '../../stop-signal.ts';

async function up(command: Command): Promise<void> {
  const flags = flagsOf(command);
  const settings = readSettings({ flags, environment: process.env });
  using stop = new StopSignal();
  using progress = new Progress();
  await bootstrap({ features: featuresOf(settings.driver), agreed: flags['yes'] === true, progress });
  await using service = await startOwnService(settings, (line, share) => progress.report(line, share), stop.signal);
  await Promise.race([service.ready, stop.received]);
  progress.done();
  if (!stop.isReceived) {
    const { url, driver, home } = service;
    if (wantsJson(command)) printJson({ event: 'ready', url, driver, home });
    else {
      process.stdout.write(
        `${paint('green', '✓')} Heddle is ready at ${paint('bold', url)} (driver ${driver}, home ${shortPath(home)}).\n`,
      );
      process.stdout.write(`  Point AWS tools at it: eval "$(${launcherFor(home)} env)"   Ctrl-C stops it.\n`);
    }
    const displaced = await Promise.race([stop.received, service.displaced]);
    if (displaced !== undefined) throw displacedError(displaced);
  }
  process.stderr.write('Stopping: running invocations may end. Ctrl-C again stops at once.\n');
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

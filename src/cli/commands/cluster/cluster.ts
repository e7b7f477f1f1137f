import { Command } from 'commander';
import { launcher } from '../../context.ts';
import { addSettingOptions } from '../../setting-options.ts';
import { backup } from './backup.ts';
import { down } from './down.ts';
import { drain } from './drain.ts';
import { init } from './init.ts';
import { leave } from './leave.ts';
import { join } from './join.ts';
import { clusterPs } from './ps.ts';
import { remove } from './remove.ts';
import { restore } from './restore.ts';
import { up } from './up.ts';

/** Settings that may be said of all hosts of a local cluster. */
const settingsOfHosts: ReadonlySet<string> = new Set([
  ...['cache', 'port', 'driver', 'region', 'warm', 'memoryMb', 'egress', 'logLevel', 'stopMs'],
]);

const examples = (): string => `
Examples:
  $ ${launcher()} cluster up --nodes 3             a whole one on this machine, until Ctrl-C
  $ ${launcher()} cluster up --network namespaces  with links between hosts that can be cut
  $ ${launcher()} cluster ps --watch               hosts, load, lag, leaders
  $ ${launcher()} cluster drain                    this home's host gives up what it has
  $ ${launcher()} cluster backup before.heddle --servers nats://10.0.0.1:4222 --key hosts.nk

On real machines: ${launcher()} cluster init, then ${launcher()} cluster join. See docs/operations.md.`;

/** `heddle cluster` */
export function clusterCommand(): Command {
  const command = new Command('cluster')
    .description('many machines that are one service, on NATS')
    .addHelpText('after', examples());
  addSettingOptions(command.command('up'), settingsOfHosts)
    .description('start a whole cluster on this machine, and stay until Ctrl-C: for trying, and for tests')
    .option('--nodes <N>', 'hosts, with a NATS server each; 1, 3 or 5', '3')
    .option('--folder <DIR>', 'what the cluster keeps (default: cluster in the home folder)')
    .option('--temporary', 'keep nothing: a folder of its own, removed at the end')
    .option('--network <KIND>', 'loopback, or namespaces: links that can be cut, and no way outside', 'loopback')
    .option('--restore <FILE>', 'a backup that a new folder begins with: to try one, or to look into it')
    .option('--detach', 'return when it is up; "cluster down" ends it')
    .action(async (_options: unknown, sub: Command) => await up(sub));
  command
    .command('down')
    .description('end a cluster that was started with "cluster up"')
    .option('--folder <DIR>', 'of the cluster (default: cluster in the home folder)')
    .action(async (_options: unknown, sub: Command) => await down(sub));
  command
    .command('init')
    .description('make the keys and the NATS configuration for a cluster of real machines')
    .argument('<folder>', 'where they are written; it has secrets then')
    .requiredOption('--nats <LIST>', 'addresses of the NATS servers, commas between: 10.0.0.1,10.0.0.2,10.0.0.3')
    .option('--store <DIR>', 'where the servers keep what they have, on their machines', '/var/lib/nats/heddle')
    .option('--etc <DIR>', 'where the files of each server are put, on its machine', '/etc/heddle-nats')
    .action(async (folder: string, _options: unknown, sub: Command) => await init(folder, sub));
  command
    .command('join')
    .description('say how a machine joins a cluster')
    .option('--folder <DIR>', 'of a cluster on this machine (default: cluster in the home folder)')
    .action(async (_options: unknown, sub: Command) => await join(sub));
  command
    .command('ps')
    .description('show hosts with what they do, where accounts are at home, and what NATS keeps')
    .option('-w, --watch', 'again and again, until Ctrl-C')
    .action(async (_options: unknown, sub: Command) => await clusterPs(sub));
  command
    .command('drain')
    .description('have a host give up what it has, and wait until it is empty')
    .argument('[host]', 'its name or id (default: the host of this home)')
    .option('--undo', 'it takes work again')
    .option('--detach', 'do not wait until it is empty')
    .action(async (host: string | undefined, _options: unknown, sub: Command) => await drain(host, sub));
  command
    .command('leave')
    .description(
      "take this home's host out for good: it gives up what it has, is none of the cluster's any more, and ends",
    )
    .option('--discard', 'throw away what is in its home (default: it stays, for a service of its own)')
    .action(async (_options: unknown, sub: Command) => await leave(sub));
  command
    .command('remove')
    .alias('rm')
    .description('forget a host that is gone for good: its certificate counts no more')
    .argument('<host>', 'its name or id')
    .action(async (host: string, _options: unknown, sub: Command) => await remove(host, sub));
  transferCommands(command);
  return command;
}

function transferCommands(command: Command): void {
  const reach = (sub: Command): Command =>
    sub
      .requiredOption('--servers <LIST>', 'NATS servers, such as nats://10.0.0.1:4222, commas between')
      .requiredOption('--key <FILE>', "seed of the hosts' NATS user")
      .option('--ca <FILE>', "PEM of who signed the NATS servers' certificates");
  reach(command.command('backup'))
    .description('write what a cluster keeps into a file; hosts go on meanwhile')
    .argument('<file>', 'must not be there yet; it has secrets then')
    .action(async (file: string, _options: unknown, sub: Command) => await backup(file, sub));
  reach(command.command('restore'))
    .description('put a backup into NATS servers that keep nothing yet; start the hosts afterwards')
    .argument('<file>')
    .option('--replicas <N>', 'how many servers have it: 1, 3 or 5 (default: as many as had it)')
    .action(async (file: string, _options: unknown, sub: Command) => await restore(file, sub));
}

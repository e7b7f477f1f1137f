import { join as joinPath } from 'node:path';
import type { Command } from 'commander';
import { localFolderOf, wayInto, type WayIn } from '../../cluster/local-folder.ts';
import { launcher, shortPath } from '../../context.ts';
import { paint } from '../../output/style.ts';

/** `heddle cluster join` */
export async function join(command: Command): Promise<void> {
  const folder = localFolderOf(command);
  const way = await wayInto(folder);
  const here = way === undefined ? '' : `${joinsHere(folder, way)}\n\n`;
  process.stdout.write(`${here}${joinText()}`);
}

/** For the cluster that runs on this machine, to be copied as it is. */
function joinsHere(folder: string, { nats, keyFile, hosts }: WayIn): string {
  const name = `host-${hosts + 1}`;
  const home = shortPath(joinPath(folder, name, 'home'));
  return `${paint('bold', `One more host for the cluster that runs on this machine, in ${shortPath(folder)}:`)}

  ${launcher()} --home ${home} up --port 0 --peer-port 0 --host-name ${name} \\
    --cluster ${nats.join(',')} \\
    --cluster-key ${shortPath(keyFile)}${nats.length < 3 ? ' --cluster-replicas 1' : ''}`;
}

function joinText(): string {
  const it = launcher();
  return `${paint('bold', 'On machines of their own')}, a host needs three things: where NATS is, the key of hosts, and
an address at which the other hosts reach it.

  1. Copy hosts.nk, which "${it} cluster init" has made, to the machine: mode 0600,
     owned by who runs Heddle.
  2. ${it} up --cluster nats://10.0.0.1:4222,nats://10.0.0.2:4222 \\
       --cluster-key /etc/heddle/hosts.nk --host-name $(hostname) \\
       --peer-host 10.0.0.4 --peer-port 4334 --host 10.0.0.4 --expose
  3. ${it} cluster ps      shows it among the others.

It takes over functions, keys and accounts of the cluster. Its home is new, or of this
cluster: one with functions of its own is refused, and not changed. As a service of
systemd: deploy/systemd. To take a machine out again: ${it} cluster leave there.
`;
}

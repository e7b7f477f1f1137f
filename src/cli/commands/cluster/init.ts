import { resolve } from 'node:path';
import type { Command } from 'commander';
import { launcher, printJson, textFlag, wantsJson } from '../../context.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { explain } from '../../explain.ts';
import { paint } from '../../output/style.ts';

/** Addresses and names of machines: what may stand in a URL, and in a file of configuration. */
const machine = /^[A-Za-z0-9:.-]{1,253}$/;

/** `heddle cluster init` */
export async function init(folder: string, command: Command): Promise<void> {
  const addresses = (textFlag(command, 'nats') ?? '').split(',').map((address) => address.trim());
  const wrong = addresses.find((address) => !machine.test(address));
  if (wrong !== undefined || new Set(addresses).size < addresses.length)
    throw new CliError(
      `--nats has different addresses or names with commas between, such as 10.0.0.1,10.0.0.2,10.0.0.3.`,
      exitCodes.usage,
    );
  if (![1, 3, 5].includes(addresses.length))
    throw new CliError(`A cluster has 1, 3 or 5 NATS servers, not ${addresses.length}.`, exitCodes.usage, {
      hint: 'With 3, one may be lost, with 5 two. Heddle may run on any number of machines beside.',
    });
  const { initCluster } = await import('../../../cluster/setup/init-cluster.ts');
  const [store = '', etc = ''] = [textFlag(command, 'store'), textFlag(command, 'etc')];
  const made = await initCluster({ folder: resolve(folder), addresses, store, etc }).catch((cause: unknown) => {
    throw new CliError(explain(cause), exitCodes.refused, { cause });
  });
  if (wantsJson(command)) return printJson(made);
  const lines = [
    `${paint('green', '✓')} Keys, certificates and configuration of ${addresses.length} NATS servers are in ${resolve(folder)}. All of it is secret.`,
    '',
    ...made.servers.map(
      (server) => `  ${server.folder}/*  to ${etc} at ${server.address}, owned by who runs nats-server, mode 0600`,
    ),
    `  ${made.hosts}/*  to /etc/heddle at every machine that runs Heddle, owned by who runs it, mode 0600`,
    `  ${made.authority}  stays here: new servers need it, and nobody else may have it`,
    '',
    `  Start the servers:  nats-server --config ${etc}/nats-server.conf   (2.10 or newer; as a service: deploy/systemd)`,
    `  Start the hosts:    ${launcher()} up --cluster ${made.urls.join(',')} --cluster-key /etc/heddle/hosts.nk \\`,
    `                        --cluster-ca /etc/heddle/ca.crt --peer-host ADDRESS --peer-port 4334${replicas(addresses)}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** What hosts are told of what is kept: a server alone has it once. */
function replicas({ length }: readonly string[]): string {
  return length === 1 ? ' --cluster-replicas 1' : '';
}

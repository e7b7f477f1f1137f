import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { printJson, wantsJson, withClient } from '../../context.ts';
import { paint } from '../../output/style.ts';
import { describeCluster } from '../../ps/cluster.ts';

const watchMs = 1_000;

/** `heddle cluster ps` */
export async function clusterPs(command: Command): Promise<void> {
  const { watch }: { readonly watch?: true } = command.opts();
  const width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  await withClient(command, async (client) => {
    for (;;) {
      const cluster = await client.admin('GET', '/cluster');
      const text = (): string => describeCluster(cluster, Date.now(), width);
      if (wantsJson(command)) printJson(cluster);
      else if (watch === true) process.stdout.write(`\u001B[H\u001B[2J${text()}\n\n${paint('dim', 'Ctrl-C ends.')}\n`);
      else process.stdout.write(`${text()}\n`);
      if (watch !== true) return;
      await wait(watchMs);
    }
  });
}

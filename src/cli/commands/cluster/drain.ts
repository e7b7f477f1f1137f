import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import type { HeddleClient } from '../../../sdk/client.ts';
import type { Shape } from '../../../sdk/shape.ts';
import { flagsOf, launcherOf, printJson, wantsJson, withClient } from '../../context.ts';
import { Progress } from '../../output/progress.ts';
import { paint } from '../../output/style.ts';

const lookMs = 500;

/** `heddle cluster drain` */
export async function drain(host: string | undefined, command: Command): Promise<void> {
  const flags = flagsOf(command);
  const draining = flags['undo'] !== true;
  await withClient(command, async (client) => {
    const body = { host: host ?? '', draining };
    const said = await client.admin('POST', '/cluster/drain', { body });
    const name = said.text('name');
    if (!draining || flags['detach'] === true) {
      if (wantsJson(command)) return printJson(said);
      const what = draining ? 'gives up what it has' : 'takes work again';
      return void process.stdout.write(`${paint('green', '✓')} ${name} ${what}.\n`);
    }
    const last = await untilEmpty(client, said);
    if (wantsJson(command)) return printJson(last);
    process.stdout.write(
      `${paint('green', '✓')} ${name} is empty. Stop its service now, or have it take work again:\n  ${launcherOf(command)} cluster drain ${name} --undo\n`,
    );
  });
}

/** Waits until a host that drains has nothing left, and says what it has meanwhile. `first`: how far it was. */
export async function untilEmpty(client: HeddleClient, first: Shape): Promise<Shape> {
  using progress = new Progress();
  const id = first.text('id');
  let shown = '';
  for (let now = first; ; now = await client.admin('GET', '/cluster/drain', { query: { host: id } })) {
    const left = now.list('left').filter((each) => each.number('count') > 0);
    if (left.length === 0) {
      progress.done();
      return now;
    }
    const line = `Waiting for ${left.map((each) => `${each.number('count')} ${each.text('what')}`).join(', ')}`;
    if (line !== shown) progress.step((shown = line));
    await wait(lookMs);
  }
}

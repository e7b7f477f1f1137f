import type { Command } from 'commander';
import { resolve } from 'node:path';
import type { Reach } from '../../cluster/transfer/connect-once.ts';
import { textFlag } from '../context.ts';
import { CliError, exitCodes } from '../exit.ts';

/** How a command that speaks with NATS itself reaches it. Throws CliError (usage). */
export function reachOf(command: Command): Reach {
  const servers = (textFlag(command, 'servers') ?? '').split(',').map((server) => server.trim());
  const wrong = servers.find((server) => !/^(?:nats|tls):\/\/[^/\s]+$/.test(server));
  if (wrong !== undefined)
    throw new CliError(
      `--servers has addresses such as nats://10.0.0.1:4222 or tls://…, not "${wrong}".`,
      exitCodes.usage,
    );
  const caFile = textFlag(command, 'ca');
  return {
    servers,
    keyFile: resolve(textFlag(command, 'key') ?? ''),
    ...(caFile !== undefined && { caFile: resolve(caFile) }),
  };
}

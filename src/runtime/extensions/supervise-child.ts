import { closeSync, readFileSync, writeSync } from 'node:fs';
import { Connection } from '../../protocol/framing/connection.ts';
import { openChannel } from '../../protocol/open-channel.ts';
import { parseRuntimeRequest } from '../../protocol/requests.ts';
import { SyncWriter } from '../node/output/sync-writer.ts';
import { listen } from '../provided/api/listen.ts';
import { notFound } from '../provided/api/replies.ts';
import { ChildRuntime } from './runtime/child-runtime.ts';
import { commandOf } from './runtime/runtime-command.ts';
import { extensionsFolder } from './supervisor-parts.ts';
import { Supervisor } from './supervisor.ts';

const channelFd = 3;

/**
 * Takes over the channel of a runtime that was told in `init` that its function has extensions, and stays until the host hangs up.
 * `[READ_AHEAD_FD, LANGUAGE, PROGRAM, FILE]`: where what the runtime had read of the channel is, and how one like it is started.
 */
export function superviseChild(taskRoot: string, [fd = '', ...runtime]: readonly string[]): void {
  const readAhead = readFileSync(Number(fd));
  closeSync(Number(fd));
  const supervisor = new Supervisor({
    writer: new SyncWriter(channelFd, () => process.exit(1)),
    makeRuntime: ChildRuntime.maker(commandOf(taskRoot, runtime), taskRoot),
    folder: extensionsFolder,
    serve: async (api) => {
      const { address } = await listen((method, path, request, response) => {
        if (!api.handle(method, path, request, response)) notFound(response, 404);
      });
      return address;
    },
    exit: (code) => process.exit(code),
  });
  const connection = new Connection(openChannel(channelFd), parseRuntimeRequest, {
    onMessage: (request) => supervisor.receive(request),
    onEnd: (error) => {
      if (error !== undefined) writeSync(2, `The supervisor gives up its channel to the host: ${error.stack}\n`);
      process.exit(error === undefined ? 0 : 1);
    },
  });
  connection.take(readAhead);
}

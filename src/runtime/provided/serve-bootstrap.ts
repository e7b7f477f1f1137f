import { writeSync } from 'node:fs';
import { Connection } from '../../protocol/framing/connection.ts';
import { encodeFrame } from '../../protocol/framing/encode.ts';
import { protocolVersion } from '../../protocol/messages.ts';
import { openChannel } from '../../protocol/open-channel.ts';
import { parseRuntimeRequest } from '../../protocol/requests.ts';
import type { ExtensionsApi } from '../extensions/api/extensions-api.ts';
import { extensionsFolder } from '../extensions/supervisor-parts.ts';
import { Supervisor } from '../extensions/supervisor.ts';
import { InvocationLog } from '../node/output/invocation-log.ts';
import { SyncWriter } from '../node/output/sync-writer.ts';
import { warmWhileIdle } from '../node/warm-up/warm-while-idle.ts';
import { listen, runtimeRoutes } from './api/listen.ts';
import { findBootstrap } from './bootstrap/entry-point.ts';
import { Launcher } from './bootstrap/launcher.ts';
import { BootstrapOutput } from './bootstrap/output.ts';
import { rehearse } from './rehearse.ts';
import { ProvidedServer } from './serve.ts';
import { SupervisedBootstrap } from './supervised-bootstrap.ts';

const channelFd = 3;

/** Serves a bootstrap AWS Lambda's Runtime API, and speaks for it to the host, until that hangs up. */
export async function serveBootstrap(taskRoot: string, servesFirst: boolean): Promise<void> {
  const warmUp = [rehearse];
  let used = false;
  let supervisor: Supervisor | undefined;
  let extensions: ExtensionsApi | undefined;
  const channel = openChannel(channelFd);
  const writer = new SyncWriter(channelFd, () => process.exit(1));
  /** Between the runtime and the host, if anything is. */
  const way = { write: (frame: readonly Buffer[]) => writer.write(frame) };
  const log = new InvocationLog({ write: (frame) => way.write(frame) });
  const launcher = await Launcher.prepare(taskRoot);
  const output = new BootstrapOutput(launcher.outputFd, log);
  const server = new ProvidedServer({
    writer: { write: (frame) => way.write(frame) },
    log,
    output,
    launcher,
    folders: [taskRoot, '/opt'],
    find: findBootstrap,
    address: () => address,
    exit: (code) => {
      if (supervisor === undefined) process.exit(code);
    },
  });
  void launcher.exited.then((exit) => server.ended(exit));
  const routes = runtimeRoutes(server.api);
  const { address } = await listen((method, path, request, response) => {
    if (extensions?.handle(method, path, request, response) !== true) routes(method, path, request, response);
  });
  const sayHello = (): void => writer.write(encodeFrame({ type: 'hello', protocol: protocolVersion, role: 'runtime' }));
  const supervise = (): Supervisor =>
    new Supervisor({
      writer,
      makeRuntime: (events) => {
        const runtime = new SupervisedBootstrap(server, output, launcher, events);
        way.write = (frame) => runtime.hear(frame);
        return runtime;
      },
      folder: extensionsFolder,
      serve: async (api) => {
        extensions = api;
        return address;
      },
      exit: (code) => process.exit(code),
    });
  if (!servesFirst) for (const step of warmUp.splice(0)) await step();
  const connection = new Connection(channel, parseRuntimeRequest, {
    onMessage: (request) => {
      if (request.type === 'rehearse' && !used) {
        void rehearse().then(sayHello, quit);
        return;
      }
      used = true;
      if (request.type === 'init' && request.extensions === true) supervisor ??= supervise();
      (supervisor ?? server).receive(request);
    },
    onEnd: quit,
  });
  if (connection.open) sayHello();
  if (servesFirst) void warmWhileIdle(channel, warmUp, () => used);
}

function quit(error: Error | undefined): void {
  if (error !== undefined) writeSync(2, `The runtime gives up its channel to the host: ${error.stack}\n`);
  process.exit(error === undefined ? 0 : 1);
}

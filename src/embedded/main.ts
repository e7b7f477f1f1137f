import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { readSettings } from '../cli/settings.ts';
import { startService } from '../daemon.ts';
import { moved, type EmbeddedData, type EmbeddedMessage } from '../protocol/session/embedded.ts';

// A service inside somebody's program: in a thread of its own, so that neither holds up the other. Listens on no port.
// Posts `ready` with a port for one session's bytes, or `failed`; stops when it is sent anything, and says `stopped`.

if (parentPort === null) throw new Error('The embedded service is started by the program it belongs to.');
const parent: MessagePort = parentPort;
const { home }: EmbeddedData = workerData;

const say = (message: EmbeddedMessage): void => parent.postMessage(message);

try {
  // It belongs to this program alone, whatever cluster the services of this environment join.
  const flags = { home, port: '0', logLevel: 'warn', cluster: 'none' };
  const { HEDDLE_CLUSTER_KEY: _key, HEDDLE_CLUSTER_CA: _ca, ...environment } = process.env;
  const settings = readSettings({ flags, environment });
  const service = await startService(settings, { embedded: true });
  const session = service.connect({
    send: (bytes) => parent.postMessage(...moved(bytes)),
    close: () => parent.postMessage(null),
  });
  parent.on('message', (data: unknown) => {
    if (data instanceof Uint8Array) session.receive(data);
    else {
      session.closed(true);
      void service.stop().then(() => {
        say({ type: 'stopped' });
        parent.close();
      });
    }
  });
  say({ type: 'ready', driver: service.driver });
} catch (error) {
  say({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  parent.close();
}

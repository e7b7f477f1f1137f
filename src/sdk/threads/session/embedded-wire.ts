import { Worker } from 'node:worker_threads';
import { moved, type EmbeddedData, type EmbeddedMessage } from '../../../protocol/session/embedded.ts';
import type { Connect } from './client-session.ts';
import { makePassingFolder } from './embedded-home.ts';

/** How long an embedded service has to end in good order, milliseconds; what is left then, the kernel ends. */
const stopMsMax = 10_000;

/** A service in this process. */
export interface EmbeddedService {
  readonly connect: Connect;
  readonly driver: string;
  /** Ends it and all that runs on it; nothing is left. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a service in a worker thread of this process, with a home of its own and this user's images and templates. It does not
 * keep the process, and ends with it: its instances are killed by the kernel when the thread that started them is gone.
 */
export async function startEmbedded(): Promise<EmbeddedService> {
  const home = makePassingFolder();
  const workerData: EmbeddedData = { home: home.path };
  const entry = import.meta.url.endsWith('.ts') ? 'main.ts' : 'main.js';
  const execArgv = ['--disable-warning=ExperimentalWarning'];
  const worker = new Worker(new URL(`../../../embedded/${entry}`, import.meta.url), { workerData, execArgv });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  try {
    const driver = await ready(worker);
    let stopping: Promise<void> | undefined;
    return {
      driver,
      connect: connectTo(worker),
      stop: () => (stopping ??= stop(worker, exited).finally(() => home.remove())),
    };
  } catch (error) {
    home.remove();
    throw error;
  }
}

function ready(worker: Worker): Promise<string> {
  return new Promise((resolve, reject) => {
    worker.once('message', (message: EmbeddedMessage) => {
      if (message.type === 'ready') resolve(message.driver);
      else reject(new Error(message.type === 'failed' ? message.message : 'The embedded service stopped.'));
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The embedded service ended with ${code} before it was ready.`)));
  });
}

async function stop(worker: Worker, exited: Promise<void>): Promise<void> {
  worker.ref();
  worker.postMessage('stop');
  const timer = setTimeout(() => void worker.terminate(), stopMsMax);
  await exited;
  clearTimeout(timer);
}

function connectTo(worker: Worker): Connect {
  return async (events) => {
    worker.on('message', (message: unknown) => {
      if (message instanceof Uint8Array) events.onBytes(message);
      else if (message === null) events.onClose(new Error('The embedded service ended the session.'), true);
    });
    worker.once('error', (error) => events.onClose(error, true));
    worker.once('exit', () => events.onClose(new Error('The embedded service has ended.'), true));
    return {
      send: (bytes) => worker.postMessage(...moved(bytes)),
      close: () => undefined,
      ref: (held) => (held ? worker.ref() : worker.unref()),
    };
  };
}

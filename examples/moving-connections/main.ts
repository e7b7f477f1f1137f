// A thread that holds a connection is paused. The server that it is connected to knows at once, what is said to the thread meanwhile waits for it, and when it goes
// on, it finds its connection reset and makes another one in milliseconds, instead of waiting for an answer that nobody sends.
//
//   ./heddle run examples/moving-connections/main.ts [end]
//
// With `end` the server is told by an end in order, as the policy says then. HEDDLE_DRIVER=microvm pauses to disk, gvisor in memory; host can do neither.
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { remote } from 'heddle';
import type { Answer } from './client.ts';

const said = (text: string): void => console.log(`${new Date().toISOString().slice(17, 23)}  ${text}`);

let connections = 0;
const told = Promise.withResolvers<void>();
const server = createServer((socket: Socket) => {
  const number = ++connections;
  socket.on('data', () => socket.write(`connection ${number}`));
  socket.on('end', () => said(`server: connection ${number} was ended in order`));
  socket.on('error', (error) => said(`server: connection ${number} broke: ${Object(error).code}`));
  socket.on('close', () => told.resolve());
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('The server has no port.');

const how = process.argv[2] === 'end' ? '?moved=end' : '';
const client = remote<typeof import('./client.ts')>(new URL('./client.ts', import.meta.url), {
  egress: `host.heddle.internal:${address.port}${how}`,
});
const thread = client.serve.spawn('host.heddle.internal', address.port);
const ask = async (): Promise<void> => {
  const answered = once(thread.port, 'message');
  thread.port.postMessage('ask');
  const [heard]: Answer[] = await answered;
  const { answer = 'nobody', ms = 0, tries = 0 } = heard ?? {};
  said(`thread: answered by ${answer} after ${ms.toFixed(1)} ms${tries > 1 ? `, at try ${tries}` : ''}`);
};

/** Pauses it. Where a container is just being made beside it, that has to be there first. */
async function paused(): ReturnType<typeof thread.pause> {
  for (;;) {
    try {
      return await thread.pause();
    } catch (error) {
      if (!String(error).includes('try again')) throw error;
      await wait(100);
    }
  }
}

await ask();
await ask();
const { to, bytes } = await paused();
said(`thread: paused to ${to}, ${(bytes / 1_048_576).toFixed(1)} MiB`);
await told.promise;
const asked = ask();
said('what it is asked now waits for it');
await thread.resume();
said('thread: goes on');
await asked;
thread.port.postMessage('stop');
await thread;
server.close();

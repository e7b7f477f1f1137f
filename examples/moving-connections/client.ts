import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { thread } from 'heddle';

/** What was answered, how long that took, and at which try. */
export interface Answer {
  readonly answer: string;
  readonly ms: number;
  readonly tries: number;
}

let socket: Socket | undefined;

/** Asks over the connection that it has, as a pool's client does; one that broke is made anew when it is needed next. */
async function ask(host: string, port: number): Promise<string> {
  if (socket === undefined) {
    const made = (socket = connect(port, host));
    made.on('error', () => undefined);
    made.on('close', () => {
      if (socket === made) socket = undefined;
    });
  }
  const heard = once(socket, 'data');
  const closed = once(socket, 'close').then(() => Promise.reject(new Error('The connection broke.')));
  closed.catch(() => undefined);
  socket.write('?\n');
  const [data] = await Promise.race([heard, closed]);
  return String(data);
}

/** Asks the server whenever it is told to, until it is told to stop. */
export async function serve(host: string, port: number): Promise<void> {
  for await (const [word] of on()) {
    if (word === 'stop') break;
    const began = performance.now();
    for (let tries = 1; ; tries++) {
      const answer = await ask(host, port).catch(() => undefined);
      if (answer === undefined) continue;
      thread.port.postMessage({ answer, ms: performance.now() - began, tries } satisfies Answer);
      break;
    }
  }
  socket?.destroy();
}

async function* on(): AsyncGenerator<readonly unknown[]> {
  for (;;) yield await once(thread.port, 'message');
}

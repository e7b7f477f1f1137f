import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What a client does, in a bare process and in a function alike. */
export interface Errand {
  readonly host: string;
  /** Says one byte to whoever connects. */
  readonly greets: number;
  /** Sends so many bytes. */
  readonly pours: number;
  readonly bytes: number;
  readonly samples: number;
  /** Connections that are held for so long. */
  readonly held: number;
  readonly holdMs: number;
}

/** What it took. */
export interface Found {
  /** Connect and first byte, each, ms. */
  readonly connectMs: readonly number[];
  readonly megabytesPerSecond: number;
  readonly held: number;
}

/** Runs by itself: its text is what the function and the bare process are made of. */
export async function errand({ host, greets, pours, bytes, samples, held, holdMs }: Errand): Promise<Found> {
  const greeted = async (): Promise<Socket> => {
    const socket = connect({ host, port: greets, noDelay: true });
    await once(socket, 'data');
    return socket;
  };
  const connectMs: number[] = [];
  for (let n = 0; n < samples; n += 1) {
    const from = performance.now();
    const socket = await greeted();
    connectMs.push(performance.now() - from);
    socket.destroy();
  }
  let megabytesPerSecond = 0;
  if (bytes > 0) {
    const socket = connect({ host, port: pours });
    let count = 0;
    const from = performance.now();
    for await (const chunk of socket) count += chunk.length;
    megabytesPerSecond = count / 1_000 / (performance.now() - from);
  }
  const sockets = await Promise.all(Array.from({ length: held }, greeted));
  if (held > 0) await new Promise((resolve) => setTimeout(resolve, holdMs));
  for (const socket of sockets) socket.destroy();
  return { connectMs, megabytesPerSecond, held: sockets.length };
}

import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Destination } from './subscription.ts';

/** Where batches go: JSON texts of events, in order. Rejects if they were not taken. */
export interface Delivery {
  send(events: readonly string[]): Promise<void>;
  close(): void;
}

const host = '127.0.0.1';

/** A way to an extension's own listener, in this container. */
export function deliveryTo(destination: Destination): Delivery {
  return destination.protocol === 'HTTP' ? new HttpDelivery(destination) : new TcpDelivery(destination.port);
}

/** One POST for each batch, a list of events. */
class HttpDelivery implements Delivery {
  readonly #destination: Destination & { readonly protocol: 'HTTP' };

  constructor(destination: Destination & { readonly protocol: 'HTTP' }) {
    this.#destination = destination;
  }

  send(events: readonly string[]): Promise<void> {
    const { port, path } = this.#destination;
    const body = Buffer.from(`[${events.join(',')}]`);
    const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
    return new Promise((resolve, reject) => {
      // A connection each: between two, this container may stand still for hours.
      const sent = request({ host, port, path, method: 'POST', headers, agent: false }, (response) => {
        const { statusCode = 0 } = response;
        response.resume();
        response.on('error', reject);
        response.on('end', () => {
          if (statusCode < 400) resolve();
          else reject(new Error(`The listener answered ${statusCode}.`));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {}
}

/** One connection, one line for each event. */
class TcpDelivery implements Delivery {
  readonly #port: number;
  #socket: Socket | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  async send(events: readonly string[]): Promise<void> {
    const socket = (this.#socket ??= await this.#connected());
    await new Promise<void>((resolve, reject) => {
      socket.once('close', reject);
      socket.write(events.map((event) => `${event}\n`).join(''), (error) => {
        socket.off('close', reject);
        if (error === undefined || error === null) resolve();
        else reject(error);
      });
    });
  }

  close(): void {
    this.#socket?.end();
  }

  #connected(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port: this.#port });
      socket.once('connect', () => resolve(socket));
      socket.on('error', reject);
      socket.on('close', () => {
        if (this.#socket === socket) this.#socket = undefined;
      });
      socket.resume();
    });
  }
}

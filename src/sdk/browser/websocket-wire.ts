import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import {
  movedAway,
  normalClosure,
  refusalCodes,
  refusedForGood,
  sessionPath,
  silentMsMax,
} from '../../protocol/session/session-socket.ts';
import type { Connect } from '../threads/session/client-session.ts';
import { SessionRefusedError } from '../threads/session/refused.ts';
import { credentialsOf, type ServiceKey } from '../threads/session/service-key.ts';

/** How long a signature can be used, seconds: as far as the clocks of page and service may be apart. */
const expiresIn = 300;

/** Connects to a service over a WebSocket whose address is signed: a page can set no headers of its own. */
export function websocketConnect(service: ServiceKey): Connect {
  return async (events) => {
    const socket = new WebSocket(await signedUrl(service));
    socket.binaryType = 'arraybuffer';
    await opened(socket, service.url);
    let closed = false;
    const close = (reason: Error, final = false): void => {
      if (!closed) events.onClose(reason, final);
      closed = true;
    };
    const silence = new Silence(() => {
      // The browser goes on waiting for the other end's goodbye.
      socket.close();
      close(new Error(`Nothing was heard of ${service.url} for ${silentMsMax} ms.`));
    });
    socket.addEventListener('message', ({ data }) => {
      silence.broken();
      if (data instanceof ArrayBuffer && !closed) events.onBytes(new Uint8Array(data));
    });
    socket.addEventListener('close', (event) => {
      silence.over();
      if (event.code === movedAway && !closed) return events.onMoved();
      close(reasonOf(event, service.url), event.code === refusedForGood);
    });
    return { send: (bytes) => socket.send(bytes), close: () => socket.close(normalClosure), ref: () => undefined };
  };
}

/** Calls when nothing was heard for so long that the other end must be gone. */
class Silence {
  readonly #onTooLong: () => void;
  #timer: ReturnType<typeof setTimeout>;

  constructor(onTooLong: () => void) {
    this.#onTooLong = onTooLong;
    this.#timer = setTimeout(onTooLong, silentMsMax);
  }

  /** Something was heard. */
  broken(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onTooLong, silentMsMax);
  }

  /** Nobody listens any more. */
  over(): void {
    clearTimeout(this.#timer);
  }
}

function opened(socket: WebSocket, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    // Why it failed is in the console, and hidden from the page.
    socket.addEventListener('error', () => reject(new Error(`No Heddle service answers at ${url}.`)));
  });
}

function reasonOf({ code, reason }: CloseEvent, url: string): Error {
  // A page is told of no other refusal.
  if (code > refusalCodes) return new SessionRefusedError(url, code - refusalCodes, reason);
  return new Error(`The connection to ${url} was closed.`);
}

async function signedUrl(key: ServiceKey): Promise<URL> {
  const { url, region } = key;
  const address = new URL(sessionPath, url);
  const credentials = credentialsOf(key);
  const signer = new SignatureV4({ credentials, region, service: 'lambda', sha256: Sha256 });
  const request = new HttpRequest({
    method: 'GET',
    protocol: address.protocol,
    hostname: address.hostname,
    path: address.pathname,
    headers: { host: address.host },
  });
  const { query = {} } = await signer.presign(request, { expiresIn });
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, String(value));
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return address;
}

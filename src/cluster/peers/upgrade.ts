import type { Duplex } from 'node:stream';
import { request, type IncomingMessage } from 'node:http';
import { PeerLostError, type HostRecord } from '../contract.ts';
import { commonProtocol, protocolVersions } from '../protocol-version.ts';
import { peerLimits } from './peer-limits.ts';

/** What a connection becomes that is a link. */
export const linkUpgrade = 'heddle-peer';
/** Which versions of the protocol the one side speaks, `1-2`, and which the other takes, `2`. */
const versionsHeader = 'heddle-peer-protocol';

/** Makes a link of a connection. Rejects with PeerLostError. */
export function askForLink(socket: Duplex, record: HostRecord): Promise<Duplex> {
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const fail = (why: string, cause?: unknown): void => {
    socket.destroy();
    reject(new PeerLostError(`Host ${record.id} (${record.name}) made no link: ${why}`, { cause, unsent: true }));
  };
  const asked = request({
    createConnection: () => socket,
    headers: {
      host: record.id,
      connection: 'Upgrade',
      upgrade: linkUpgrade,
      [versionsHeader]: `${protocolVersions.min}-${protocolVersions.max}`,
    },
    timeout: peerLimits.connectMsMax,
  });
  asked.on('upgrade', (_response, upgraded, head) => {
    upgraded.setTimeout(0);
    if (head.length > 0) upgraded.unshift(head);
    resolve(upgraded);
  });
  asked.on('response', (response) => fail(`it answered ${response.statusCode} ${response.statusMessage ?? ''}`));
  asked.on('timeout', () => fail(`no answer within ${peerLimits.connectMsMax} ms.`));
  asked.on('error', (error) => fail(error.message, error));
  asked.end();
  return promise;
}

/** Answers who asks for a link; gives whether there is one now. */
export function answerLink(socket: Duplex, { headers }: IncomingMessage): boolean {
  const [, min = '0', max = '0'] = /^(\d{1,6})-(\d{1,6})$/.exec(String(headers[versionsHeader])) ?? [];
  const version = commonProtocol(protocolVersions, { min: Number(min), max: Number(max) });
  if (version === undefined) {
    const says = `${protocolVersions.min}-${protocolVersions.max}`;
    socket.end(
      `HTTP/1.1 426 Speaks ${says}\r\n${versionsHeader}: ${says}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
    );
    return false;
  }
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${linkUpgrade}\r\n${versionsHeader}: ${version}\r\n\r\n`,
  );
  return true;
}

import { timingSafeEqual, type X509Certificate } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import { PeerLostError, type HostRecord } from '../contract.ts';
import { fingerprint, type HostCertificate } from './certificate.ts';
import { peerLimits } from './peer-limits.ts';

/** Options of both sides: only TLS 1.3, each with its certificate, and nothing of one connection is used again in another. */
export function tlsOptions(own: HostCertificate): {
  readonly key: string;
  readonly cert: string;
  readonly minVersion: 'TLSv1.3';
  readonly rejectUnauthorized: false;
} {
  // Who may be there is said by the records of hosts and not by who signed a certificate: it is compared when the other side has proved to have its key.
  return { key: own.key, cert: own.certificate, minVersion: 'TLSv1.3', rejectUnauthorized: false };
}

/** Whether a certificate is the one that a record names. */
export function isCertificateOf(certificate: X509Certificate | undefined, record: HostRecord | undefined): boolean {
  if (certificate === undefined || record === undefined) return false;
  const [shown, named] = [Buffer.from(fingerprint(certificate), 'hex'), Buffer.from(record.certificate, 'hex')];
  return shown.length === 32 && shown.length === named.length && timingSafeEqual(shown, named);
}

/** Connects to another host; nothing is sent before it has shown to be the one. Rejects with PeerLostError. */
export function connectTo(record: HostRecord, own: HostCertificate): Promise<TLSSocket> {
  const { host, port } = record.peer;
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const socket = connect({ host, port, ...tlsOptions(own) });
  const fail = (why: string, cause?: unknown): void => {
    clearTimeout(timer);
    socket.destroy();
    reject(
      new PeerLostError(`Host ${record.id} (${record.name}) was not reached at ${host}:${port}: ${why}`, {
        cause,
        unsent: true,
      }),
    );
  };
  const timer = setTimeout(
    () => fail(`no connection within ${peerLimits.connectMsMax} ms.`),
    peerLimits.connectMsMax,
  ).unref();
  const onError = (error: Error): void => fail(error.message, error);
  const onClose = (): void => fail('it closed the connection.');
  socket.once('error', onError).once('close', onClose);
  socket.once('secureConnect', () => {
    if (!isCertificateOf(socket.getPeerX509Certificate(), record))
      return fail('another certificate was shown there than its record names.');
    clearTimeout(timer);
    socket.off('error', onError).off('close', onClose);
    socket.setNoDelay(true);
    resolve(socket);
  });
  return promise;
}

import { isIP } from 'node:net';
import { generate } from 'selfsigned';

/** A certificate and its key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const years = 20;
const dayMs = 86_400_000;
const validity = (): { notBeforeDate: Date; notAfterDate: Date } => ({
  // Machines whose clocks are behind take it, too.
  notBeforeDate: new Date(Date.now() - dayMs),
  notAfterDate: new Date(Date.now() + years * 365 * dayMs),
});

/** An authority for the NATS servers of one cluster, and of nothing else: EC P-256. */
export async function makeAuthority(name: string): Promise<Certificate> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: `${name} NATS authority` }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    ...validity(),
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { cert, key };
}

/** The certificate of a NATS server, for hosts and for the other servers, which it is a client of as well. */
export async function makeServerCertificate(
  authority: Certificate,
  name: string,
  address: string,
): Promise<Certificate> {
  const own = isIP(address) === 0 ? { type: 2 as const, value: address } : { type: 7 as const, ip: address };
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    ...validity(),
    ca: authority,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      // @nats-io/transport-node 3.4.0 has Node compare the certificate of a server that it reaches by an address with `localhost`. Whoever has a certificate of this authority is a
      // NATS server of this cluster, whichever name is in it.
      { name: 'subjectAltName', altNames: [own, { type: 2 as const, value: 'localhost' }] },
    ],
  });
  return { cert, key };
}

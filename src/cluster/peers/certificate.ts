import { X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../store/atomic-file.ts';
import type { HostId } from '../contract.ts';

/** What a host shows to others, and proves to have the key of. */
export interface HostCertificate {
  readonly host: HostId;
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
  /** SHA-256 of the certificate, hex: what its record names. */
  readonly sha256: string;
}

const years = 100;

/**
 * The certificate of this host: EC P-256, signed by itself, made once in `home/peer` and good for as long as the home is there. Its key can be read by its
 * owner only. Throws where the one that is there is another host's.
 */
export async function hostCertificate(home: string, host: HostId): Promise<HostCertificate> {
  const folder = join(home, 'peer');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // One file: there never is a key without its certificate.
  const path = join(folder, 'host.pem');
  const found = await read(path);
  if (found !== undefined) return known(found, host, path);
  const made = await make(host);
  await writeFileAtomic(path, [Buffer.from(made)]);
  return known(made, host, path);
}

/** SHA-256 of a certificate, hex, as it stands in records of hosts. */
export function fingerprint(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

/** Whom a certificate says that it is. Says nothing of whether that is so. */
export function hostNamedBy(certificate: X509Certificate): HostId {
  return /^CN=(h-[0-9a-f]{16})$/m.exec(certificate.subject)?.[1] ?? '';
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function known(pem: string, host: HostId, path: string): HostCertificate {
  const certificate = new X509Certificate(pem);
  if (hostNamedBy(certificate) !== host)
    throw new Error(
      `${path} is the certificate of '${certificate.subject}', and this host is ${host}. Delete it to have one made, or use the home that it belongs to.`,
    );
  return { host, key: pem, certificate: pem, sha256: fingerprint(certificate) };
}

/** PEM of key and certificate. */
async function make(host: HostId): Promise<string> {
  // Loaded where it is used: once in the life of a home.
  const { generate } = await import('selfsigned');
  const now = Date.now();
  const made = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // A clock that is set right later must not make it one of the future.
    notBeforeDate: new Date(now - 366 * 86_400_000),
    notAfterDate: new Date(now + years * 366 * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    ],
  });
  return `${made.private.trim()}\n${made.cert.trim()}\n`;
}

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate for this machine's own names and addresses that its own key has signed, so that it is the authority, too. */
export async function certificates(): Promise<{ readonly ca: string; readonly cert: string; readonly key: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-certificates-'));
  try {
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const files = ['-keyout', 'key.pem', '-out', 'cert.pem'];
    await promisify(execFile)('openssl', ['req', '-x509', ...curve, ...files, ...names], { cwd: folder });
    const [key = '', cert = ''] = await Promise.all(
      ['key.pem', 'cert.pem'].map(async (name) => await readFile(join(folder, name), 'utf8')),
    );
    return { ca: cert, cert, key };
  } finally {
    await rm(folder, { recursive: true });
  }
}

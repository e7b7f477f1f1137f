import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { natsServerConfig, urlHost } from '../nats/config.ts';
import { ensureNatsKeys } from '../nats/keys.ts';
import { makeAuthority, makeServerCertificate } from './certificates.ts';

/** The cluster of real machines that files are made for. */
export interface InitOptions {
  /** Empty, or not there yet. */
  readonly folder: string;
  /** Addresses or names of the machines that NATS servers run on. */
  readonly addresses: readonly string[];
  /** Where the servers keep what they have, and where their files are put, on their machines. */
  readonly store: string;
  readonly etc: string;
}

/** What goes to which machine. */
export interface InitResult {
  readonly servers: readonly { readonly folder: string; readonly address: string }[];
  /** For every machine that Heddle runs on. */
  readonly hosts: string;
  /** Stays where it is: only new servers need it. */
  readonly authority: string;
  /** For `--cluster`. */
  readonly urls: readonly string[];
}

const clientPort = 4_222;
const routePort = 6_222;

/** Makes keys, certificates and the configuration of each NATS server, every secret in a file of mode 0600. Throws where something is in the folder. */
export async function initCluster({ folder, addresses, store, etc }: InitOptions): Promise<InitResult> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const there = await readdir(folder);
  if (there.length > 0)
    throw new Error(
      `${folder} has something in it (${there[0]}): keys of a cluster are made once, in an empty folder.`,
    );
  const authorityFolder = join(folder, 'authority');
  await mkdir(authorityFolder, { mode: 0o700 });
  const keys = await ensureNatsKeys(join(authorityFolder, 'keys'));
  const authority = await makeAuthority('Heddle');
  await writeSecret(join(authorityFolder, 'ca.key'), authority.key);
  await writeSecret(join(authorityFolder, 'ca.crt'), authority.cert);
  const routes = addresses.map((host) => ({ host, port: routePort }));
  const tls = { certFile: join(etc, 'server.crt'), keyFile: join(etc, 'server.key'), caFile: join(etc, 'ca.crt') };
  const servers = [];
  for (const [n, address] of addresses.entries()) {
    const name = `nats-${n + 1}`;
    const serverFolder = join(folder, name);
    await mkdir(serverFolder, { mode: 0o700 });
    const certificate = await makeServerCertificate(authority, name, address);
    const listen = { host: address, port: clientPort };
    // Its own too: by their number a server knows at its first start how many there will be.
    const cluster = { name: 'heddle', listen: { host: address, port: routePort }, routes };
    const options = { name, listen, folder: store, tls, ...(addresses.length > 1 && { cluster }) };
    await writeSecret(join(serverFolder, 'nats-server.conf'), natsServerConfig(options, keys));
    await writeSecret(join(serverFolder, 'server.crt'), certificate.cert);
    await writeSecret(join(serverFolder, 'server.key'), certificate.key);
    await writeSecret(join(serverFolder, 'ca.crt'), authority.cert);
    servers.push({ folder: serverFolder, address });
  }
  const hosts = join(folder, 'hosts');
  await mkdir(hosts, { mode: 0o700 });
  await copyFile(keys.hostsFile, join(hosts, 'hosts.nk'));
  await writeSecret(join(hosts, 'ca.crt'), authority.cert);
  return {
    servers,
    hosts,
    authority: authorityFolder,
    urls: addresses.map((host) => `tls://${urlHost({ host, port: clientPort })}`),
  };
}

async function writeSecret(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600, flag: 'wx' });
}

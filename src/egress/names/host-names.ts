import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { machineName } from '../../model/network.ts';
import { plainAddress } from '../policy/addresses.ts';
import type { DnsQuestion } from '../../protocol/dns/message.ts';
import { answerMsMax, askServers, type DnsTransport } from './ask.ts';
import { HostsFile } from './hosts-file.ts';

/** Where a name leads to now. Empty: there is no such name, or it has no address. */
export interface Addresses {
  readonly addresses: readonly string[];
  readonly ttlMs: number;
  /** It is this machine that says so, and no owner of a name elsewhere. */
  readonly given: boolean;
}

/** What is asked about names, in the service's own place. */
export interface HostNames {
  /** Rejects where nobody could be asked. */
  addressesOf(name: string): Promise<Addresses>;
  /** Asks the same elsewhere, and gives the answer as it came, but for its number. Rejects where there is none in time. */
  ask(question: DnsQuestion, by: DnsTransport): Promise<Buffer>;
}

const ttlMs = { min: 1_000, max: 60_000, hosts: 1_000, none: 1_000 };
/** Answers kept. */
const cacheMax = 2_000;
/** Addresses of one name that are looked at: whoever owns a name can give it thousands. */
const addressesMax = 32;

/**
 * Names as this machine's `/etc/hosts` and `/etc/resolv.conf` have them. Not by the C library: its lookups would hold up the
 * service's few threads for files, for as long as whoever owns a name likes.
 */
export class SystemNames implements HostNames {
  readonly #hosts: HostsFile;
  readonly #now: () => number;
  readonly #resolver = new Resolver({ timeout: answerMsMax, tries: 2 });
  readonly #cache = new Map<string, { readonly answer: Promise<Addresses>; until: number }>();

  /** `servers`: who is asked, where that is not whom `/etc/resolv.conf` names. */
  constructor(now: () => number, hostsPath = '/etc/hosts', servers?: readonly string[]) {
    this.#now = now;
    if (servers !== undefined) this.#resolver.setServers(servers);
    this.#hosts = new HostsFile(hostsPath, now);
  }

  addressesOf(name: string): Promise<Addresses> {
    const known = this.#cache.get(name);
    if (known !== undefined && known.until > this.#now()) return known.answer;
    const answer = this.#find(name);
    const entry = { answer, until: Number.POSITIVE_INFINITY };
    this.#cache.delete(name);
    this.#cache.set(name, entry);
    if (this.#cache.size > cacheMax)
      for (const [oldest] of this.#cache) {
        this.#cache.delete(oldest);
        break;
      }
    answer.then(
      (found) => (entry.until = this.#now() + found.ttlMs),
      () => this.#cache.delete(name),
    );
    return answer;
  }

  ask(question: DnsQuestion, by: DnsTransport): Promise<Buffer> {
    return askServers(this.#resolver.getServers(), question, by);
  }

  async #find(name: string): Promise<Addresses> {
    if (name === machineName) return { addresses: ['127.0.0.1', '::1'], ttlMs: ttlMs.hosts, given: true };
    const own = await this.#hosts.addressesOf(name);
    if (own.length > 0) return { addresses: own, ttlMs: ttlMs.hosts, given: true };
    for (const candidate of await candidates(name)) {
      const found = await this.#query(candidate);
      if (found.addresses.length > 0) return found;
    }
    return { addresses: [], ttlMs: ttlMs.none, given: false };
  }

  async #query(name: string): Promise<Addresses> {
    const both = [this.#resolver.resolve4(name, { ttl: true })];
    if (hasIPv6()) both.push(this.#resolver.resolve6(name, { ttl: true }));
    const results = await Promise.allSettled(both);
    const records = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    if (records.length === 0) {
      const trouble = results.find((result) => result.status === 'rejected' && !meansNone(result.reason));
      if (trouble?.status === 'rejected') throw trouble.reason;
    }
    const addresses = records.map(({ address }) => plainAddress(address)).filter((address) => address !== undefined);
    const least = Math.min(...records.map(({ ttl }) => ttl * 1_000), ttlMs.max);
    return {
      addresses: [...new Set(addresses)].slice(0, addressesMax),
      ttlMs: Math.max(least, ttlMs.min),
      given: false,
    };
  }
}

function meansNone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOTFOUND' || code === 'ENODATA' || code === 'EBADNAME' || code === 'EBADQUERY';
}

/** A name without a dot is first looked for below the search domains (resolv.conf(5)); others as they are. */
async function candidates(name: string): Promise<readonly string[]> {
  if (name.includes('.')) return [name];
  const text = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
  const last = [...text.matchAll(/^\s*(?:search|domain)\s+(.+)$/gm)].at(-1)?.[1] ?? '';
  const domains = last.split(/\s+/).filter((domain) => domain !== '' && domain !== '.');
  return [...domains.slice(0, 6).map((domain) => `${name}.${domain}`), name];
}

/** Whether this machine has an address of IPv6 that leads outside. */
function hasIPv6(): boolean {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.some(({ family, internal, address }) => family === 'IPv6' && !internal && !address.startsWith('fe80:'));
}

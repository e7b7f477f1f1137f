import { BlockList, isIPv4, isIPv6, SocketAddress } from 'node:net';

/** What an address leads to. Only `public` ones are everybody's. */
export type AddressKind = 'loopback' | 'link-local' | 'private' | 'special' | 'public';

function blocks(...subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of subnets) {
    const [address = '', bits = ''] = text.split('/');
    list.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return list;
}

// IANA's registries of special-purpose addresses, and what leads to the same places.
const kinds: readonly (readonly [AddressKind, BlockList])[] = [
  // Linux takes 0.0.0.0 and :: for itself.
  ['loopback', blocks('127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128')],
  // The metadata services of clouds are among these, or behave as if they were: AWS, GCP, Azure (which took a public one), Alibaba, Oracle.
  [
    'link-local',
    blocks(
      ...['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32', 'fd20:ce::254/128'],
      ...['168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32'],
    ),
  ],
  ['private', blocks('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10')],
  [
    'special',
    blocks(
      ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
      ...['224.0.0.0/4', '240.0.0.0/4', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
    ),
  ],
];
const globalUnicast = blocks('2000::/3');
/** IPv6 addresses that say an IPv4 address in their last 4 bytes: mapped, compatible, translated (RFC 4291, 6052). */
const carriers = blocks('::ffff:0:0/96', '::/96', '::ffff:0:0:0/96', '64:ff9b::/96');

/**
 * An address in its plainest form: IPv4 where it carries one, else IPv6 in lower case, without a zone. Undefined for what is none;
 * forms that only some programs know (`0x7f.1`, `017700000001`) are none.
 */
export function plainAddress(text: string): string | undefined {
  const bare = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return undefined;
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  if (address === '::' || address === '::1' || !carriers.check(address, 'ipv6')) return address;
  return lastFourBytes(address);
}

/** Of the form that the system prints: with dots, or two groups of hexadecimal digits at its end. */
function lastFourBytes(address: string): string {
  const dotted = /(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (dotted !== undefined) return dotted;
  const [high = '0', low = '0'] = address
    .split(':')
    .slice(-2)
    .map((group) => (group === '' ? '0' : group));
  const value = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

/** An address as it is on the wire, as text in its plainest form. Throws for another length than 4 or 16 bytes. */
export function addressFromBytes(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const view = Buffer.from(bytes);
  const groups = Array.from({ length: 8 }, (_, index) => view.readUInt16BE(2 * index).toString(16));
  const plain = plainAddress(groups.join(':'));
  if (plain === undefined) throw new RangeError(`${bytes.length} bytes are no address.`);
  return plain;
}

/** Of an address in its plainest form. */
export function kindOf(address: string): AddressKind {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  for (const [kind, list] of kinds) if (list.check(address, family)) return kind;
  return family === 'ipv4' || globalUnicast.check(address, 'ipv6') ? 'public' : 'special';
}

/** A subnet to check addresses against. */
export function subnet(address: string, bits: number): (candidate: string) => boolean {
  const list = blocks(`${address}/${bits}`);
  return (candidate) => list.check(candidate, isIPv4(candidate) ? 'ipv4' : 'ipv6');
}

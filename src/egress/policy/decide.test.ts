import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressFromBytes, kindOf, plainAddress, type AddressKind } from './addresses.ts';
import { decide, mayAsk, mayReach } from './decide.ts';
import { parsePolicy, plainName, PolicyError } from './parse.ts';

/** A machine on whose public address, and on one of a private network, the service listens, too. */
const own = { isOwnAddress: (address: string) => ['93.184.216.1', '10.1.1.9'].includes(address), ownPort: 4_333 };
const elsewhere = { isOwnAddress: () => false, ownPort: undefined };

/** What leads to where, as everybody writes it. */
const kinds: readonly (readonly [address: string, kind: AddressKind])[] = [
  ['1.1.1.1', 'public'],
  ['93.184.216.34', 'public'],
  ['172.15.255.255', 'public'],
  ['172.32.0.0', 'public'],
  ['192.167.255.255', 'public'],
  ['100.63.255.255', 'public'],
  ['100.128.0.0', 'public'],
  ['198.17.255.255', 'public'],
  ['223.255.255.255', 'public'],
  ['2606:4700:4700::1111', 'public'],
  ['2a00:1450:4001::1', 'public'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['0.0.0.0', 'loopback'],
  ['0.1.2.3', 'loopback'],
  ['::1', 'loopback'],
  ['::', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:7f00:1', 'loopback'],
  ['::127.0.0.1', 'loopback'],
  ['64:ff9b::7f00:1', 'loopback'],
  ['169.254.169.254', 'link-local'],
  ['169.254.0.1', 'link-local'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['febf::1', 'link-local'],
  ['fd00:ec2::254', 'link-local'],
  ['::ffff:169.254.169.254', 'link-local'],
  ['fd20:ce::254', 'link-local'],
  ['168.63.129.16', 'link-local'],
  ['::ffff:168.63.129.16', 'link-local'],
  ['64:ff9b::a83f:8110', 'link-local'],
  ['168.63.129.17', 'public'],
  ['100.100.100.200', 'link-local'],
  ['192.0.0.192', 'link-local'],
  ['64:ff9b:1::a00:1', 'special'],
  ['::ffff:0:a00:1', 'private'],
  ['10.0.0.0', 'private'],
  ['10.255.255.255', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.0.1', 'private'],
  ['100.64.0.1', 'private'],
  ['100.127.255.255', 'private'],
  ['fc00::1', 'private'],
  ['fdff::1', 'private'],
  ['fec0::1', 'private'],
  ['::ffff:10.0.0.1', 'private'],
  ['::ffff:c0a8:1', 'private'],
  ['64:ff9b::a00:1', 'private'],
  ['192.0.0.1', 'special'],
  ['192.0.2.1', 'special'],
  ['198.18.0.1', 'special'],
  ['198.19.255.255', 'special'],
  ['198.51.100.7', 'special'],
  ['203.0.113.7', 'special'],
  ['192.88.99.1', 'special'],
  ['224.0.0.1', 'special'],
  ['240.0.0.1', 'special'],
  ['255.255.255.255', 'special'],
  ['2001:db8::1', 'special'],
  ['2001::1', 'special'],
  ['2002:7f00:1::', 'special'],
  ['2002:a00:1::', 'special'],
  ['3fff::1', 'special'],
  ['ff02::1', 'special'],
  ['4000::1', 'special'],
  ['100::1', 'special'],
];

for (const [address, kind] of kinds)
  test(`${address} is ${kind}, and public means public ones only`, () => {
    const plain = plainAddress(address);
    assert.ok(plain !== undefined);
    assert.equal(kindOf(plain), kind);
    const decision = decide(parsePolicy('public'), { address: plain, port: 443 }, elsewhere);
    assert.equal(decision.allowed, kind === 'public');
    // A name that leads there changes nothing.
    const named = decide(parsePolicy('public'), { name: 'innocent.example.org', address: plain, port: 443 }, elsewhere);
    assert.equal(named.allowed, kind === 'public');
    assert.equal(decide(parsePolicy('none'), { address: plain, port: 443 }, elsewhere).allowed, false);
    assert.equal(decide(parsePolicy('all'), { address: plain, port: 443 }, elsewhere).allowed, true);
  });

test('what only some programs take for an address is none, and no name either', () => {
  const forms = [
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '127.0.1',
    '1.2.3.4.5',
    '10.0.0.01',
    '0xA9FEA9FE',
  ];
  for (const form of forms) {
    assert.equal(plainAddress(form), undefined, form);
    assert.equal(plainName(form), undefined, form);
    assert.throws(() => parsePolicy(form), PolicyError, form);
  }
});

test('an address on the wire is the address that everybody writes', () => {
  assert.equal(addressFromBytes(Uint8Array.of(10, 0, 0, 1)), '10.0.0.1');
  assert.equal(addressFromBytes(Buffer.from('00000000000000000000ffff0a000001', 'hex')), '10.0.0.1');
  assert.equal(addressFromBytes(Buffer.from('20010db8000000000000000000000001', 'hex')), '2001:db8::1');
  assert.equal(addressFromBytes(Buffer.from('00000000000000000000000000000001', 'hex')), '::1');
});

interface NameCase {
  readonly policy: string;
  readonly name?: string;
  readonly address?: string;
  readonly port?: number;
  /** This machine gives the name its addresses. */
  readonly given?: true;
  readonly allowed: boolean;
}

const publicAddress = '93.184.216.34';
const nameCases: readonly NameCase[] = [
  { policy: 'db.example.org', name: 'db.example.org', allowed: true },
  { policy: 'db.example.org', name: 'db.example.org', address: '10.1.1.1', allowed: true },
  // Whoever owns a name in somebody's policy must not lead code to what listens on this machine only.
  { policy: 'db.example.org', name: 'db.example.org', address: '127.0.0.1', allowed: false },
  { policy: 'db.example.org', name: 'db.example.org', address: '::1', allowed: false },
  { policy: 'db.example.org', name: 'db.example.org', address: '169.254.169.254', allowed: false },
  { policy: 'db.example.org', name: 'db.example.org', address: '168.63.129.16', allowed: false },
  { policy: 'db.example.org', name: 'db.example.org', address: '93.184.216.1', allowed: false },
  { policy: 'db.example.org', name: 'db.example.org', address: '10.1.1.9', allowed: false },
  { policy: 'db.example.org', name: 'db.example.org', address: '127.0.0.1', given: true, allowed: true },
  { policy: 'db.example.org', name: 'db.example.org', address: '10.1.1.9', given: true, allowed: true },
  { policy: 'db.example.org', name: 'other.example.org', address: '127.0.0.1', given: true, allowed: false },
  { policy: 'db.example.org 127.0.0.1', name: 'db.example.org', address: '127.0.0.1', allowed: true },
  { policy: '*.example.org', name: 'a.example.org', address: '127.0.0.1', given: true, allowed: false },
  { policy: 'db.example.org', name: 'xdb.example.org', allowed: false },
  { policy: 'db.example.org', name: 'a.db.example.org', allowed: false },
  { policy: 'db.example.org', name: 'example.org', allowed: false },
  { policy: 'db.example.org', allowed: false },
  { policy: 'DB.Example.ORG', name: 'db.example.org', allowed: true },
  { policy: 'db.example.org.', name: 'db.example.org', allowed: true },
  { policy: 'db.example.org:5432', name: 'db.example.org', port: 5_432, allowed: true },
  { policy: 'db.example.org:5432', name: 'db.example.org', port: 5_433, allowed: false },
  { policy: 'db.example.org.:5432', name: 'db.example.org', port: 5_432, allowed: true },
  { policy: '*.example.org', name: 'a.example.org', allowed: true },
  { policy: '*.example.org', name: 'a.b.example.org', allowed: true },
  { policy: '*.example.org', name: 'example.org', allowed: false },
  { policy: '*.example.org', name: 'badexample.org', allowed: false },
  { policy: '*.example.org', name: 'a.example.org.evil.net', allowed: false },
  { policy: '*.example.org', name: 'a.example.org', address: '10.1.1.1', allowed: true },
  { policy: '*.example.org', name: 'a.example.org', address: '127.0.0.1', allowed: false },
  { policy: '*.example.org', name: 'a.example.org', address: '169.254.169.254', allowed: false },
  { policy: '*.example.org', name: 'a.example.org', address: '93.184.216.1', port: 4_333, allowed: false },
  { policy: '*.example.org', name: 'a.example.org', address: '93.184.216.1', port: 443, allowed: false },
  { policy: '*.example.org', name: 'a.example.org', port: 4_333, allowed: true },
  { policy: '*.example.org:443', name: 'a.example.org', port: 80, allowed: false },
  { policy: '.example.org', name: 'a.example.org', allowed: true },
  { policy: '.example.org', name: 'example.org', allowed: false },
  { policy: 'münchen.example', name: 'xn--mnchen-3ya.example', allowed: true },
  { policy: '*.MÜNCHEN.example', name: 'a.xn--mnchen-3ya.example', allowed: true },
  { policy: 'xn--mnchen-3ya.example', name: 'xn--mnchen-3ya.example', allowed: true },
  { policy: '10.0.0.0/8', address: '10.1.2.3', allowed: true },
  { policy: '10.0.0.0/8', name: 'db.lan', address: '10.1.2.3', allowed: true },
  { policy: '10.0.0.0/8', address: '11.1.2.3', allowed: false },
  { policy: '10.0.0.0/8:5432', address: '10.1.2.3', port: 5_432, allowed: true },
  { policy: '10.0.0.0/8:5432', address: '10.1.2.3', port: 22, allowed: false },
  { policy: '10.1.2.3', address: '10.1.2.3', allowed: true },
  { policy: '10.1.2.3', address: '10.1.2.4', allowed: false },
  { policy: '10.1.2.3:80', address: '10.1.2.3', port: 80, allowed: true },
  { policy: '::ffff:10.1.2.3', address: '10.1.2.3', allowed: true },
  { policy: 'fd00::/8', address: 'fd00::7', allowed: true },
  { policy: '[fd00::7]:5432', address: 'fd00::7', port: 5_432, allowed: true },
  { policy: '[fd00::7]:5432', address: 'fd00::7', port: 5_433, allowed: false },
  { policy: '[fd00::]/16:5432', address: 'fd00::9', port: 5_432, allowed: true },
  { policy: '127.0.0.1:5432', address: '127.0.0.1', port: 5_432, allowed: true },
  { policy: 'public db.lan:5432', name: 'db.lan', address: '192.168.1.1', port: 5_432, allowed: true },
  { policy: 'public,db.lan:5432', name: 'db.lan', address: '192.168.1.1', port: 22, allowed: false },
  { policy: 'public db.lan:5432', name: 'db.lan', port: 22, allowed: true },
  { policy: 'public', address: publicAddress, port: 4_333, allowed: true },
  // What is guarded from outside is not, from here.
  { policy: 'public', address: '93.184.216.1', port: 4_333, allowed: false },
  { policy: 'public', address: '93.184.216.1', port: 5_432, allowed: false },
  { policy: 'public', name: 'me.example.org', address: '93.184.216.1', port: 443, allowed: false },
  { policy: '93.184.216.1:443', address: '93.184.216.1', port: 443, allowed: true },
  { policy: 'all', address: '93.184.216.1', port: 443, allowed: true },
  { policy: 'all', address: '127.0.0.1', port: 4_333, allowed: true },
];

for (const { policy, name, address = publicAddress, port = 443, given = false, allowed } of nameCases)
  test(`"${policy}" ${allowed ? 'allows' : 'refuses'} ${name ?? 'no name'} at ${address}:${port}${given ? ', given here' : ''}`, () => {
    const target = { address, port, given, ...(name === undefined ? {} : { name }) };
    const decision = decide(parsePolicy(policy), target, own);
    assert.equal(decision.allowed, allowed);
  });

test('a name may be asked for where some address of it could be allowed', () => {
  const ask = (policy: string, name: string): boolean => mayAsk(parsePolicy(policy), name);
  assert.equal(ask('none', 'example.org'), false);
  assert.equal(ask('public', 'example.org'), true);
  assert.equal(ask('10.0.0.0/8', 'db.lan'), true);
  assert.equal(ask('*.example.org', 'example.org'), false);
  assert.equal(ask('*.example.org', 'a.example.org'), true);
  const reach = (policy: string, addresses: string[]): boolean =>
    mayReach(parsePolicy(policy), { name: 'x.org', addresses }, own);
  assert.equal(reach('public', ['10.0.0.1']), false);
  assert.equal(reach('public', ['10.0.0.1', publicAddress]), true);
  assert.equal(reach('10.0.0.1:5432', ['10.0.0.1']), true);
  assert.equal(reach('x.org', ['127.0.0.1']), false);
  assert.equal(mayReach(parsePolicy('x.org'), { name: 'x.org', addresses: ['127.0.0.1'], given: true }, own), true);
  assert.equal(mayReach(parsePolicy('public'), { addresses: ['93.184.216.1'] }, own), false);
});

test('a refusal says what an address is, and whether a rule has the name', () => {
  const whyNot = (policy: string, name: string, address: string, port: number): unknown =>
    decide(parsePolicy(policy), { name, address, port }, own);
  assert.deepEqual(whyNot('public', 'a.org', '93.184.216.1', 4_333), {
    allowed: false,
    why: 'the service itself',
    byAddress: false,
  });
  assert.deepEqual(whyNot('a.org:80', 'a.org', '169.254.169.254', 80), {
    allowed: false,
    why: 'a link-local address, as metadata services have',
    byAddress: true,
  });
  assert.deepEqual(whyNot('a.org:80', 'a.org', '10.0.0.1', 81), {
    allowed: false,
    why: 'an address of a private network',
    byAddress: false,
  });
});

test('its words mean the same in capitals, and are no names of hosts', () => {
  for (const [text, kinds] of [
    ['Public', ['public']],
    ['ALL', ['all']],
    ['None', []],
    ['PUBLIC db.lan', ['public', 'name']],
  ] as const)
    assert.deepEqual(
      parsePolicy(text).rules.map(({ kind }) => kind),
      kinds,
    );
});

test('a policy that cannot be meant says which word is wrong', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['', /empty/],
    ['none public', /`none` stands alone/],
    ['db.lan:0', /"0".*no port/],
    ['db.lan:65536', /no port/],
    ['db.lan:http', /no port/],
    ['10.0.0.0/33', /33 bits/],
    ['::ffff:10.0.0.0/100', /bits/],
    ['db.lan/8', /no network/],
    ['https://example.org', /no port|no network/],
    ['*', /neither a name/],
    ['a.*.org', /neither a name/],
    ['10MB/s', /how fast, and not what/],
    ['public 10/s', /no speed/],
    ['public 0KB/s', /no speed/],
    ['public 1MB/s 2MB/s', /twice how fast/],
    ['none 1MB/s', /`none` stands alone/],
    ['-a.org', /neither a name/],
    [`${'a'.repeat(64)}.org`, /neither a name/],
  ];
  for (const [text, message] of wrong)
    assert.throws(
      () => parsePolicy(text),
      (error) => error instanceof PolicyError && message.test(error.message),
      text,
    );
});

test('a policy may say how fast', () => {
  assert.equal(parsePolicy('public').bytesPerSecond, undefined);
  assert.equal(parsePolicy('public 10mb/s').bytesPerSecond, 10_000_000);
  const { bytesPerSecond, rules, text } = parsePolicy('500KB/s, db.lan:5432');
  assert.deepEqual([bytesPerSecond, rules.length, text], [500_000, 1, '500KB/s db.lan:5432']);
});

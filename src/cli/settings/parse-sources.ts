import { kafkaServers } from '../../model/functions/kafka-servers.ts';
import { saslMechanisms, type Settings, type SourceConnection } from '../../model/functions/settings.ts';
import { accountsIn, objectIn } from './parse-destinations.ts';
import { SettingError } from './parse.ts';

/** What each kind of connection is told: what it must be, what it may be, and how its URL may begin. */
const kinds = {
  sqs: {
    must: ['region', 'accessKeyId', 'secretAccessKey'],
    may: ['sessionToken'],
    protocols: ['https:', 'http:'],
  },
  nats: { must: [], may: ['user', 'password', 'token'], protocols: ['nats:', 'tls:'] },
  postgres: { must: ['user'], may: ['password'], protocols: ['postgres:', 'postgresql:'] },
  redis: { must: [], may: ['user', 'password'], protocols: ['redis:', 'rediss:'] },
  kafka: {
    must: [],
    may: ['user', 'password', 'mechanism', 'ca', 'cert', 'key'],
    protocols: ['kafka:', 'kafkas:'],
  },
} as const satisfies Record<SourceConnection['kind'], object>;

const connectionsMax = 100;

/** JSON: connections by name. */
export function parseSources(text: string): Settings['sources'] {
  const all = Object.entries(objectIn(text, '{"jobs": {"kind": "nats", "url": "nats://…"}}'));
  if (all.length > connectionsMax) throw new SettingError(`must have ${connectionsMax} connections at most`);
  return Object.fromEntries(all.map(([name, value]) => [name, connectionIn(name, value)]));
}

function connectionIn(name: string, value: unknown): SourceConnection {
  if (!/^[\w-]{1,64}$/.test(name))
    throw new SettingError(`has "${name.slice(0, 80)}", where a name should be letters, digits, - and _`);
  const given: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  const { kind, url, accounts, ...rest } = given;
  const known = Object.entries(kinds).find(([each]) => each === kind)?.[1];
  if (known === undefined)
    throw new SettingError(`must have one of ${Object.keys(kinds).join(', ')} as "kind" of ${name}`);
  const names: readonly string[] = ['url', ...known.must, ...known.may];
  for (const [member, text] of Object.entries({ url, ...rest })) {
    if (!names.includes(member))
      throw new SettingError(`has "${member}" of ${name}, which is none of ${names.join(', ')}`);
    if (typeof text !== 'string' || text === '') throw new SettingError(`must have a text as "${member}" of ${name}`);
  }
  for (const member of known.must)
    if (rest[member] === undefined) throw new SettingError(`must have "${member}" of ${name}`);
  if (kind === 'kafka') checkKafka(name, String(url), rest);
  else checkUrl(name, String(url), known.protocols);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has been looked at, member by member
  return { kind, url, ...rest, ...accountsIn(name, accounts) } as SourceConnection;
}

function checkUrl(name: string, text: string, protocols: readonly string[]): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !protocols.includes(url.protocol))
    throw new SettingError(
      `must have a URL that begins with ${protocols.map((each) => `${each}//`).join(' or ')} as "url" of ${name}`,
    );
  if (url.username !== '' || url.password !== '')
    throw new SettingError(`must not have a user or password in "url" of ${name}: they are members of their own`);
}

function checkKafka(name: string, url: string, given: Readonly<Record<string, unknown>>): void {
  if (kafkaServers(url) === undefined)
    throw new SettingError(
      `must have kafka://HOST:PORT,HOST:PORT… or, with TLS, kafkas://HOST:PORT… as "url" of ${name}, ten brokers at most`,
    );
  const { user, password, mechanism, ca, cert, key } = given;
  if (mechanism !== undefined && !saslMechanisms.some((known) => known === mechanism))
    throw new SettingError(`must have one of ${saslMechanisms.join(', ')} as "mechanism" of ${name}`);
  if ((user === undefined) !== (password === undefined) || (mechanism !== undefined && user === undefined))
    throw new SettingError(`must have both "user" and "password" of ${name}, or neither and no "mechanism"`);
  if ((cert === undefined) !== (key === undefined))
    throw new SettingError(`must have both "cert" and "key" of ${name}, or neither`);
  if (!url.startsWith('kafkas:') && (ca !== undefined || cert !== undefined))
    throw new SettingError(`must have kafkas:// as "url" of ${name}, as it has certificates`);
}

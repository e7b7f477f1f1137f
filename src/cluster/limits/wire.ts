import { ProtocolError } from '../../model/errors.ts';
import { amountIn, countIn, fieldsOf, listIn, textIn, wrong, type Fields } from '../fields.ts';
import type {
  AccountClaim,
  AccountGrant,
  AccountLook,
  ClaimBody,
  FollowedBefore,
  GrantBody,
  LookAnswer,
  LookBody,
  PoolClaim,
  RecallAnswer,
  RecallBody,
} from './contract.ts';

/** Pools of one account, and accounts in one message, at most. */
const namesMax = 100_000;

/** What another host asks. Throws ProtocolError. */
export function readClaims(body: unknown): ClaimBody {
  const record = fieldsOf(body);
  return { incarnation: textIn(record, 'incarnation'), claims: listIn(record, 'claims', namesMax).map(readClaim) };
}

/** What a home answers. Throws ProtocolError. */
export function readGrants(body: unknown): GrantBody {
  return { grants: listIn(fieldsOf(body), 'grants', namesMax).map(readGrant) };
}

/** What a home asks. Throws ProtocolError. */
export function readLooks(body: unknown): LookBody {
  return { looks: listIn(fieldsOf(body), 'looks', namesMax).map(readLook) };
}

/** What a host answers to it. Throws ProtocolError. */
export function readLookAnswer(body: unknown): LookAnswer {
  const record = fieldsOf(body);
  return {
    ...readClaims(body),
    passed: texts(record, 'passed'),
    vouched: texts(record, 'vouched'),
    remembersMs: record['remembersMs'] === undefined ? 0 : amountIn(record, 'remembersMs'),
    before: record['before'] === undefined ? {} : entries(record, 'before', readBefore),
  };
}

/** What whoever has changed limits asks of their home. Throws ProtocolError. */
export function readRecall(body: unknown): RecallBody {
  const record = fieldsOf(body);
  return { account: textIn(record, 'account'), position: decimal(record, 'position') };
}

/** What the home answers. Throws ProtocolError. */
export function readRecallAnswer(body: unknown): RecallAnswer {
  return { held: fieldsOf(body)['held'] === true };
}

function readBefore(value: unknown): FollowedBefore {
  const record = fieldsOf(value);
  const about = { host: textIn(record, 'host'), epoch: decimal(record, 'epoch'), quietMs: amountIn(record, 'quietMs') };
  return record['lent'] === undefined ? about : { ...about, lent: texts(record, 'lent') };
}

function readClaim(value: unknown): AccountClaim {
  const record = fieldsOf(value);
  const about = { account: textIn(record, 'account'), epoch: decimal(record, 'epoch') };
  return {
    ...about,
    seq: countIn(record, 'seq'),
    pools: entries(record, 'pools', readPool),
    spill: amountIn(record, 'spill'),
  };
}

function readPool(value: unknown): PoolClaim {
  const record = fieldsOf(value);
  return {
    keep: countIn(record, 'keep'),
    use: countIn(record, 'use'),
    need: countIn(record, 'need'),
    want: countIn(record, 'want'),
  };
}

function readGrant(value: unknown): AccountGrant {
  const record = fieldsOf(value);
  return {
    account: textIn(record, 'account'),
    epoch: decimal(record, 'epoch'),
    seq: countIn(record, 'seq'),
    pools: numbers(record, 'pools'),
    caps: numbers(record, 'caps'),
    short: texts(record, 'short'),
    over: record['over'] === undefined ? [] : texts(record, 'over'),
    fill: amountIn(record, 'fill'),
    ...(record['refused'] === true && { refused: true }),
  };
}

function readLook(value: unknown): AccountLook {
  const record = fieldsOf(value);
  const about = { account: textIn(record, 'account'), epoch: decimal(record, 'epoch') };
  const leased = record['leased'] === true;
  const changed = record['changed'] === undefined ? {} : { changed: decimal(record, 'changed') };
  return { ...about, ...changed, leased, caps: numbers(record, 'caps'), spare: numbers(record, 'spare') };
}

function numbers(record: Fields, name: string): Readonly<Record<string, number>> {
  return entries(record, name, (value) => countIn({ value }, 'value'));
}

function entries<T>(record: Fields, name: string, read: (value: unknown) => T): Readonly<Record<string, T>> {
  const all = Object.entries(fieldsOf(record[name]));
  if (all.length > namesMax) throw new ProtocolError(`${name} has ${all.length} members, and may have ${namesMax}.`);
  return Object.fromEntries(all.map(([key, value]) => [key, read(value)]));
}

function texts(record: Fields, name: string): readonly string[] {
  return listIn(record, name, namesMax).filter((one) => typeof one === 'string');
}

function decimal(record: Fields, name: string): string {
  const value = textIn(record, name);
  if (!/^\d{1,20}$/.test(value)) throw wrong(name, 'a whole number in decimal', value);
  return value;
}

import { limits } from '../model/limits.ts';
import { SharedFields } from './shared-fields.ts';
import type {
  BarrierRequest,
  ChannelRequest,
  CounterRequest,
  DictRequest,
  LatchRequest,
  LocksRequest,
  MutexRequest,
  SemaphoreRequest,
  SharedRequest,
} from './sharing.ts';

// What comes from a client is rebuilt field by field: nothing that was not looked at gets any further.

const tokenBits = 64;
const counterBits = limits.sharedCounterBits;

/**
 * Checks a decoded request, and bounds everything in it. Throws ProtocolError where it is none of the requests, and
 * SharingError `invalid` where something in it is longer, larger or smaller than is allowed.
 */
export function parseSharedRequest(value: unknown): SharedRequest {
  const fields = new SharedFields(value);
  const kinds = ['mutex', 'semaphore', 'barrier', 'latch', 'counter', 'channel', 'dict', 'locks'] as const;
  const kind = fields.word('kind', kinds);
  switch (kind) {
    case 'mutex':
      return mutex(fields, named(fields, kind));
    case 'semaphore':
      return semaphore(fields, named(fields, kind));
    case 'barrier':
      return barrier(fields, named(fields, kind));
    case 'latch':
      return latch(fields, named(fields, kind));
    case 'counter':
      return counter(fields, named(fields, kind));
    case 'channel':
      return channel(fields, named(fields, kind));
    case 'dict':
      return dict(fields, named(fields, kind));
    default: // locks
      return locks(fields);
  }
}

interface Named<Kind extends string> {
  readonly kind: Kind;
  readonly name: string;
}

function named<const Kind extends string>(fields: SharedFields, kind: Kind): Named<Kind> {
  return { kind, name: fields.text('name', limits.sharedNameLengthMax) };
}

function waiting(fields: SharedFields): { readonly timeoutMs?: number } {
  return fields.optionalWhole('timeoutMs', 0, limits.sharedTimeoutMsMax);
}

function granted(fields: SharedFields): { readonly token: bigint } {
  return { token: fields.big('token', tokenBits) };
}

function mutex(fields: SharedFields, object: Named<'mutex'>): MutexRequest {
  const op = fields.word('op', ['lock', 'tryLock', 'unlock']);
  switch (op) {
    case 'lock':
      return { ...object, op, ...waiting(fields) };
    case 'tryLock':
      return { ...object, op };
    default: // unlock
      return { ...object, op, ...granted(fields) };
  }
}

function semaphore(fields: SharedFields, object: Named<'semaphore'>): SemaphoreRequest {
  const op = fields.word('op', ['acquire', 'tryAcquire', 'release']);
  const permits = fields.whole('permits', 1, limits.sharedPermitsMax);
  if (op === 'release') return { ...object, op, permits, ...granted(fields) };
  const n = fields.whole('n', 1, limits.sharedPermitsMax);
  return op === 'acquire' ? { ...object, op, permits, n, ...waiting(fields) } : { ...object, op, permits, n };
}

function barrier(fields: SharedFields, object: Named<'barrier'>): BarrierRequest {
  const op = fields.word('op', ['wait', 'reset']);
  const parties = fields.whole('parties', 1, limits.sharedPartiesMax);
  return op === 'wait' ? { ...object, op, parties, ...waiting(fields) } : { ...object, op, parties };
}

function latch(fields: SharedFields, object: Named<'latch'>): LatchRequest {
  const op = fields.word('op', ['countDown', 'wait']);
  const count = fields.whole('count', 0, limits.sharedLatchCountMax);
  if (op === 'wait') return { ...object, op, count, ...waiting(fields) };
  return { ...object, op, count, n: fields.whole('n', 1, limits.sharedLatchCountMax) };
}

function counter(fields: SharedFields, object: Named<'counter'>): CounterRequest {
  const op = fields.word('op', ['add', 'get', 'compareExchange']);
  switch (op) {
    case 'add':
      return { ...object, op, by: fields.big('by', counterBits) };
    case 'get':
      return { ...object, op };
    default: // compareExchange
      return { ...object, op, expected: fields.big('expected', counterBits), next: fields.big('next', counterBits) };
  }
}

function channel(fields: SharedFields, object: Named<'channel'>): ChannelRequest {
  const op = fields.word('op', ['send', 'recv', 'close']);
  const capacity = fields.whole('capacity', 0, limits.sharedChannelCapacityMax);
  switch (op) {
    case 'send':
      return { ...object, op, capacity, value: fields.bytes('value'), ...waiting(fields) };
    case 'recv':
      return { ...object, op, capacity, ...waiting(fields) };
    default: // close
      return { ...object, op, capacity };
  }
}

function dict(fields: SharedFields, object: Named<'dict'>): DictRequest {
  const op = fields.word('op', ['get', 'put', 'delete', 'watch']);
  const key = fields.text('key', limits.sharedKeyLengthMax);
  const ifRev = fields.has('ifRev') ? { ifRev: fields.big('ifRev', tokenBits) } : {};
  switch (op) {
    case 'get':
      return { ...object, op, key };
    case 'put': {
      const ttl = fields.optionalWhole('ttlMs', 1, limits.sharedTtlMsMax);
      return { ...object, op, key, value: fields.bytes('value'), ...ifRev, ...ttl };
    }
    case 'delete':
      return { ...object, op, key, ...ifRev };
    default: // watch
      return { ...object, op, key, seen: fields.big('seen', tokenBits), ...waiting(fields) };
  }
}

function locks(fields: SharedFields): LocksRequest {
  const op = fields.word('op', ['request', 'release', 'ended', 'query']);
  if (op === 'query') return { kind: 'locks', op };
  const object = named(fields, 'locks');
  if (op !== 'request') return { ...object, op, ...granted(fields) };
  const mode = fields.word('mode', ['exclusive', 'shared']);
  const [ifAvailable, steal] = [fields.flag('ifAvailable'), fields.flag('steal')];
  fields.check(
    !(steal && ifAvailable),
    '`steal` and `ifAvailable` together: a lock that is stolen is always available',
  );
  fields.check(!(steal && mode === 'shared'), '`steal` with the mode "shared": only an exclusive lock can be stolen');
  return { ...object, op, mode, ifAvailable, steal, ...waiting(fields) };
}

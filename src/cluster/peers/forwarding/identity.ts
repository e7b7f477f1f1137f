import type { IncomingMessage } from 'node:http';
import { ProtocolError } from '../../../model/errors.ts';
import { callsFrom, type Caller } from '../../../model/invocations/caller.ts';
import type { AccessKey } from '../../../store/contract.ts';
import type { ForwardedIdentity, IdentityOfForwarded } from '../../contract.ts';
import { fieldsOf } from '../../fields.ts';
import { decodeValue, encodeValue } from '../link/value.ts';
import { peerLimits } from '../peer-limits.ts';

/** Where a forwarding host says who asks. From clients it means nothing: who comes in at the front is never believed it. */
export const identityHeader = 'heddle-forwarded-identity';

/** Code that asked, as far as another host can know it. */
type ForwardedCaller = Pick<Caller, 'account' | 'functionName'>;

const identities = new WeakMap<object, ForwardedIdentity>();

/** Who a request that another host forwarded is from. */
export const identityOfForwarded: IdentityOfForwarded = ({ headers }) => identities.get(headers);

/** The header's value. Throws RangeError where it would be too long. */
export function identityOnWire({ key, signingKey }: ForwardedIdentity, caller: Caller | undefined): string {
  const { secretAccessKey: _, ended: _ended, standing: _standing, ...known } = key;
  const code = caller && { account: caller.account, functionName: caller.functionName };
  const text = encodeValue({ key: known, ...(code && { caller: code }), ...(signingKey && { signingKey }) }).toString(
    'base64url',
  );
  if (text.length > peerLimits.identityBytesMax)
    throw new RangeError(
      `What is known of who asks takes ${text.length} bytes; ${peerLimits.identityBytesMax} is the most that goes to another host.`,
    );
  return text;
}

/**
 * Takes the identity out of a request that another host forwards: whoever serves the request finds it by {@link identityOfForwarded}, and its code by `callerOn`. Throws
 * ProtocolError where there is none.
 */
export function takeIdentity(request: IncomingMessage): void {
  const { headers, socket } = request;
  const text = headers[identityHeader];
  if (typeof text !== 'string')
    throw new ProtocolError('A request came from another host that says of nobody that he asked.');
  const { caller, ...identity } = parse(text);
  Reflect.deleteProperty(headers, identityHeader);
  request.rawHeaders = withoutIdentity(request.rawHeaders);
  identities.set(headers, identity);
  // One request at a time comes on a connection: it is this one's until the next.
  callsFrom(socket, caller === undefined ? undefined : elsewhere(caller));
}

/** Names and values in turns, without those that say who asks. */
export function withoutIdentity(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => rawHeaders[index - (index % 2)]?.toLowerCase() !== identityHeader);
}

function parse(text: string): ForwardedIdentity & { readonly caller?: ForwardedCaller } {
  const { key, caller, signingKey } = fieldsOf(decodeValue(Buffer.from(text, 'base64url')));
  if (!isKnownKey(key)) throw new ProtocolError('A request came from another host with a key that is none.');
  const identity = {
    key: { ...key, secretAccessKey: '' },
    ...(signingKey instanceof Uint8Array && { signingKey }),
  };
  if (caller === undefined) return identity;
  const { account, functionName } = fieldsOf(caller);
  return { ...identity, caller: { account: String(account), functionName: String(functionName) } };
}

/** Another host of the cluster has checked it: what is needed to know whose it is has to be there. */
function isKnownKey(value: unknown): value is Omit<AccessKey, 'secretAccessKey'> {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return (
    typeof fields['accessKeyId'] === 'string' &&
    typeof fields['createdAt'] === 'number' &&
    typeof fields['account'] === 'string' &&
    /^\d{12}$/.test(fields['account'])
  );
}

/** What it calls is counted where it runs. */
function elsewhere(caller: ForwardedCaller): Caller {
  const nothing = (): undefined => undefined;
  return { ...caller, begin: nothing, started: nothing, ended: nothing, calls: nothing, connects: nothing };
}

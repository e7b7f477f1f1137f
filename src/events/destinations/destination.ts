import type { Scope } from '../../api/function-ref.ts';

/** The service in the ARN of a destination that is an HTTP endpoint: `arn:aws:heddle-http:::https://example.org/hook`. */
export const httpService = 'heddle-http';

/** AWS's services that are reached where the service's configuration says how. */
export const outsideServices = ['sqs', 'sns', 'events'] as const;
export type OutsideService = (typeof outsideServices)[number];

/** Where a result, or an event that was given up, goes. */
export type Destination =
  | { readonly kind: 'function'; readonly name: string; readonly qualifier?: string }
  | { readonly kind: 'queue'; readonly name: string }
  | { readonly kind: 'http'; readonly url: URL }
  | {
      readonly kind: 'outside';
      readonly service: OutsideService;
      readonly arn: string;
      readonly region: string;
      readonly account: string;
      /** Of a queue, a topic, or a bus. */
      readonly name: string;
    };

/** An ARN that leads nowhere, and why; for people. */
export class DestinationError extends Error {
  override readonly name = 'DestinationError';
}

/** What an ARN leads to, for functions of an account here: its own functions and queues are this service's. Throws DestinationError. */
export function destinationOf(arn: string, { account, region }: Scope): Destination {
  const [, , service = '', inRegion = '', ofAccount = '', ...rest] = arn.split(':');
  const name = rest.join(':');
  if (service === httpService) return { kind: 'http', url: urlIn(name) };
  if (service === 'lambda') return functionIn(arn, rest, ofAccount, account);
  const outside = outsideServices.find((known) => known === service);
  if (outside === undefined)
    throw new DestinationError(
      `Results cannot go to ${arn.slice(0, 350)}: destinations are functions, queues, SNS topics, EventBridge buses, and HTTP endpoints (arn:aws:${httpService}:::https://…).`,
    );
  if (inRegion === '' || ofAccount === '' || name === '')
    throw new DestinationError(`The ARN ${arn} should have a region, an account and a name.`);
  if (outside === 'sqs' && ofAccount === account && inRegion === region) return { kind: 'queue', name };
  const bus = outside === 'events' ? name.replace(/^event-bus\//, '') : name;
  return { kind: 'outside', service: outside, arn, region: inRegion, account: ofAccount, name: bus };
}

function functionIn(arn: string, rest: readonly string[], ofAccount: string, account: string): Destination {
  const [kind, name = '', qualifier] = rest;
  if (kind !== 'function' || !/^[\w-]{1,64}$/.test(name)) throw new DestinationError(`${arn} is no function's ARN.`);
  if (ofAccount !== account)
    throw new DestinationError(`${arn} is a function of another account; results go to functions of the same account.`);
  return { kind: 'function', name, ...(qualifier !== undefined && { qualifier }) };
}

function urlIn(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new DestinationError(
      `Behind arn:aws:${httpService}::: there should be a URL that begins with https:// or http://; it is '${text.slice(0, 200)}'.`,
    );
  if (url.username !== '' || url.password !== '')
    throw new DestinationError('The URL of a destination has no user and no password in it.');
  return url;
}

import type { OperationName } from './operation-call.ts';

/** Something that a schedule can send to. */
export type KnownTarget =
  | { readonly kind: 'function'; readonly arn: string }
  | { readonly kind: 'queue'; readonly name: string }
  /** An operation of an API, whose parameters are the input. */
  | { readonly kind: 'operation'; readonly operation: OperationName };

/** What an ARN stands for, seen from an account; undefined for what cannot be reached from there. */
export function targetOf(arn: string, account: string, region: string): KnownTarget | undefined {
  const operation = /^arn:aws:scheduler:::aws-sdk:(lambda:invoke|sqs:sendMessage)$/.exec(arn)?.[1];
  if (operation === 'lambda:invoke' || operation === 'sqs:sendMessage') return { kind: 'operation', operation };
  const [scheme, , service, itsRegion, itsAccount, ...rest] = arn.split(':');
  if (scheme !== 'arn' || itsRegion !== region || itsAccount !== account) return undefined;
  if (service === 'sqs' && rest.length === 1 && /^[\w-]{1,80}(\.fifo)?$/.test(rest[0] ?? ''))
    return { kind: 'queue', name: rest[0] ?? '' };
  if (service !== 'lambda' || rest[0] !== 'function' || rest.length > 3) return undefined;
  return /^[\w-]{1,64}(:[\w$-]{1,128})?$/.test(rest.slice(1).join(':')) ? { kind: 'function', arn } : undefined;
}

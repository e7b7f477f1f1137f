import { randomUUID } from 'node:crypto';
import { functionRef } from '../../../../api/function-ref.ts';
import { ObjectError } from '../../../../objects/errors.ts';
import { wholeBody } from '../auth/payload.ts';
import { authorise } from '../../../policies/authorise.ts';
import { arnOf, calling } from '../../../policies/deeds/behind.ts';
import type { S3Call, S3Operation } from '../context.ts';
import { all, document, element, elements, parseDocument, text, texts, type Parsed } from '../documents/xml.ts';
import { checkEvents, rulesOf, type NotificationRule } from './rules.ts';

/** Elements by what they are about, and that of the ARN within. */
const kinds = [
  ['CloudFunctionConfiguration', 'CloudFunction', 'function'],
  ['QueueConfiguration', 'Queue', 'queue'],
] as const;
const rulesMax = 100;

/** `GET /BUCKET?notification` */
export const getNotifications: S3Operation = async ({ context, account, bucketName }) => {
  const { buckets } = context.store;
  const rules = rulesOf(buckets.settings(buckets.get(account, bucketName)));
  const shown = kinds.flatMap(([outer, inner, kind]) =>
    rules.filter((rule) => rule.kind === kind).map((rule) => element(outer, shownRule(rule, inner))),
  );
  return { status: 200, xml: document('NotificationConfiguration', ...shown) };
};

/** `PUT /BUCKET?notification`: takes the place of what was set. */
export const putNotifications: S3Operation = async (call) => {
  const { context, account, bucketName, payload } = call;
  const { buckets } = context.store;
  const bucket = buckets.get(account, bucketName);
  const asked = parseDocument(await wholeBody(payload), 'NotificationConfiguration');
  for (const name of ['TopicConfiguration', 'EventBridgeConfiguration'])
    if (name in asked)
      throw new ObjectError(
        'NotImplemented',
        `Changes are told to functions and queues; there is nothing for a ${name} to tell.`,
      );
  const rules = kinds.flatMap(([outer, inner, kind]) =>
    all(asked, outer).map((rule) => readRule(rule, text(rule, inner) ?? '', kind)),
  );
  if (rules.length > rulesMax) throw new ObjectError('InvalidArgument', `A bucket may have ${rulesMax} notifications.`);
  for (const rule of rules) await checkTarget(call, rule);
  await context.store.configure(() => buckets.set(bucket, 'notifications', rules.length === 0 ? undefined : rules));
  return { status: 200 };
};

function readRule(rule: Parsed, arn: string, kind: NotificationRule['kind']): NotificationRule {
  const events = texts(rule, 'Event');
  checkEvents(events);
  const filters = all(rule, 'Filter')
    .flatMap((filter) => all(filter, 'S3Key'))
    .flatMap((key) => all(key, 'FilterRule'));
  const of = (name: string): string => {
    const found = filters.filter((filter) => text(filter, 'Name')?.toLowerCase() === name);
    if (found.length > 1)
      throw new ObjectError('InvalidArgument', `Cannot specify more than one ${name} rule in a filter.`);
    return (found[0] && text(found[0], 'Value')) ?? '';
  };
  const other = filters.find((filter) => !/^(?:prefix|suffix)$/i.test(text(filter, 'Name') ?? ''));
  if (other !== undefined)
    throw new ObjectError('InvalidArgument', 'Filter rule name must be either prefix or suffix.');
  return { id: text(rule, 'Id') ?? randomUUID(), arn, kind, events, prefix: of('prefix'), suffix: of('suffix') };
}

async function checkTarget({ context, account, key }: S3Call, { arn, kind }: NotificationRule): Promise<void> {
  // What is told later is told in the account's name.
  const { store, settings, events } = context.frontend;
  const sending = { action: 'sqs:SendMessage', resource: arnOf(arn) ?? arn, ofCode: true };
  authorise(key, kind === 'function' ? calling(arn, { account, region: settings.region }) : sending);
  const refuse = (why: string): never => {
    throw new ObjectError(
      'InvalidArgument',
      `Unable to validate the following destination configurations: ${arn.slice(0, 200)}: ${why}.`,
    );
  };
  if (kind === 'function') {
    const ref = functionRef(arn, { account, region: settings.region });
    if ((await store.functions.get(account, ref.name)) === undefined) refuse('there is no such function');
    return;
  }
  const [, , service, , owner, name = ''] = arn.split(':');
  if (service !== 'sqs' || owner !== account) refuse('it is no ARN of a queue of this account');
  if (!(await events.hasQueue({ account, name }))) refuse('there is no such queue');
}

function shownRule({ id, arn, events, prefix, suffix }: NotificationRule, name: string): { readonly xml: string } {
  const filters = [['prefix', prefix] as const, ['suffix', suffix] as const].filter(([, value]) => value !== '');
  const rules = filters.map(([key, value]) =>
    element('FilterRule', elements(element('Name', key), element('Value', value))),
  );
  const filter = rules.length === 0 ? '' : element('Filter', elements(element('S3Key', { xml: rules.join('') })));
  return elements(element('Id', id), element(name, arn), ...events.map((event) => element('Event', event)), filter);
}

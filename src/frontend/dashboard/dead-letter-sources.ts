import { eventInvokeKind, rulesOf } from '../../events/async/rules.ts';
import { latestVersion } from '../../model/functions/function.ts';
import type { DeadLetterSource } from '../../model/dashboard/events.ts';
import type { FrontendOptions } from '../context.ts';

/** Functions and schedules that are looked at. */
const lookedAtMax = 1_000;
const queueArn = /^arn:aws:sqs:[^:]*:(\d{12}):([^:]+)$/;

/** Whose dead letters the account's queues take, by the queue's name: of functions, by any version or alias of them, and of schedules. */
export async function deadLetterSources(
  { store, events }: Pick<FrontendOptions, 'store' | 'events'>,
  account: string,
): Promise<ReadonlyMap<string, readonly DeadLetterSource[]>> {
  const found = new Map<string, DeadLetterSource[]>();
  const add = (arn: string | undefined, kind: DeadLetterSource['kind'], name: string): void => {
    const [, owner, queue] = queueArn.exec(arn ?? '') ?? [];
    if (queue === undefined || owner !== account) return;
    const sources = found.get(queue) ?? [];
    if (!sources.some((one) => one.kind === kind && one.name === name)) sources.push({ kind, name });
    found.set(queue, sources);
  };
  for (const { latest, tags } of await store.functions.list(account, '', lookedAtMax)) {
    const { name, deadLetter } = latest;
    const configs = store.settings.list(account, name, eventInvokeKind);
    const said = configs.length > 0 ? configs : [{ document: undefined, qualifier: latestVersion }];
    for (const { document: config, qualifier } of said) {
      const rules = rulesOf({ config, tags, deadLetter, reserved: undefined, egress: {} });
      const named = qualifier === latestVersion ? name : `${name}:${qualifier}`;
      for (const arn of [rules.deadLetter, rules.onFailure]) add(arn, 'function', named);
    }
  }
  const own = events.find(account);
  if (own === undefined || !own.durable.used) return found;
  for (const { record } of await own.durable.parts.schedules.list({ account, limit: lookedAtMax }, 'process'))
    add(record.target.deadLetterArn, 'schedule', record.name);
  return found;
}

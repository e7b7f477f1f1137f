import { ApiError } from '../../api/errors.ts';
import { jsonInput } from '../../api/json-input.ts';
import { expectOrTell, type Expected, type Expecting } from '../hints/expect.ts';
import { callersHome, smallBodyBytesMax, type ApiReply, type ApiRequest, type Operation } from '../routes/operation.ts';
import { isCertain } from './habit.ts';
import { TriggersFullError } from './trigger-book.ts';
import type { Trigger } from './trigger.ts';
import type { TriggerWatch } from './trigger-watch.ts';

/** What the operations work with. */
export interface TriggersContext extends Expecting {
  readonly triggers: TriggerWatch;
}

const path = '/heddle/v1/triggers';
const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9._:-]{0,127}$/;

/** Notifications that calls mostly follow, what was learned of them, and an end to that. */
export function triggerOperations(context: TriggersContext): readonly Operation[] {
  const { book } = context.triggers;
  const operation = (
    name: string,
    method: Operation['method'],
    at: string,
    run: (request: ApiRequest) => ApiReply | Promise<ApiReply>,
  ): Operation => ({
    name,
    method,
    path: at,
    bodyBytesMax: smallBodyBytesMax,
    home: callersHome,
    run: async (request) => {
      // What other hosts have seen until now comes before this notification, and what they have learned comes here.
      await context.triggers.others?.gather(request.scope.account);
      return await run(request);
    },
  });
  const found = (request: ApiRequest): Trigger => {
    const name = nameIn(request);
    const trigger = book.find(request.scope.account, name);
    if (trigger === undefined) throw noTrigger(name);
    return trigger;
  };
  return [
    operation('ListTriggers', 'GET', path, ({ scope }) => ({
      status: 200,
      body: { triggers: triggersShown(context.triggers, scope.account) },
    })),
    operation('NotifyTrigger', 'POST', `${path}/:name`, (request) => notify(context, request)),
    operation('GetTrigger', 'GET', `${path}/:name`, (request) => ({
      status: 200,
      body: triggerShown(nameIn(request), found(request)),
    })),
    operation('SetTrigger', 'PUT', `${path}/:name`, (request) => {
      const trigger = found(request);
      const prepares = jsonInput(request.body)['prepares'];
      if (typeof prepares !== 'boolean')
        throw new ApiError('InvalidParameterValueException', 'prepares has to be true or false.');
      trigger.prepares = prepares;
      book.changed = true;
      return { status: 200, body: triggerShown(nameIn(request), trigger) };
    }),
    operation('DeleteTrigger', 'DELETE', `${path}/:name`, (request) => {
      const name = nameIn(request);
      if (!book.remove(request.scope.account, name)) throw noTrigger(name);
      return { status: 200, body: { removed: name } };
    }),
  ];
}

async function notify(context: TriggersContext, request: ApiRequest): Promise<ApiReply> {
  const name = nameIn(request);
  const { scope } = request;
  const { trigger, due } = notified(context.triggers, scope.account, name);
  const expected = await Promise.all(
    due.map(
      async ({ functionName, count, withinMs, certainty }): Promise<Expected & { readonly certainty: number }> => {
        const hint = { function: functionName, count, withinMs };
        return { ...(await expectOrTell(context, scope, hint, 'trigger')), certainty: rounded(certainty) };
      },
    ),
  );
  return { status: 200, body: { ...triggerShown(name, trigger), expected } };
}

function notified(triggers: TriggerWatch, account: string, name: string): ReturnType<TriggerWatch['notify']> {
  try {
    return triggers.notify(account, name);
  } catch (error) {
    if (!(error instanceof TriggersFullError)) throw error;
    throw new ApiError('LimitExceededException', error.message, { cause: error });
  }
}

function nameIn(request: ApiRequest): string {
  const name = request.parameter('name');
  if (namePattern.test(name)) return name;
  throw new ApiError(
    'InvalidParameterValueException',
    `The name of a trigger has 1 to 128 letters, digits, '.', '_', ':' and '-', and begins with a letter or digit; "${name.slice(0, 128)}" is none.`,
  );
}

function noTrigger(name: string): ApiError {
  return new ApiError(
    'ResourceNotFoundException',
    `There is no trigger ${name}: it was never notified, or was removed. A notification makes it (POST ${path}/${name}).`,
  );
}

/** What is known of an account's triggers, for whoever looks. Times in ms. */
export function triggersShown({ book }: TriggerWatch, account: string): readonly object[] {
  return book.of(account).map(([name, trigger]) => triggerShown(name, trigger));
}

function triggerShown(name: string, trigger: Trigger): object {
  const { prepares, notifiedCount, lastAt, forecasts } = trigger;
  const follows = forecasts.map(([functionName, forecast]) => ({
    function: functionName,
    ...forecast,
    certainty: rounded(forecast.certainty),
    prepared: prepares && isCertain(forecast),
  }));
  return { name, prepares, notified: notifiedCount, lastAt, follows };
}

function rounded(certainty: number): number {
  return Math.round(certainty * 100) / 100;
}

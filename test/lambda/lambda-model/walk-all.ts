import type { LambdaClient } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { RunningService } from '../../e2e/service.ts';
import { allOperations } from './schema.ts';
import { storyOf, walkedQueue } from './story.ts';
import { Walker, type Seen } from './walk.ts';

/** Calls every operation once, and says how each was answered. */
export async function walkAll({
  client,
  url,
}: Pick<RunningService, 'client' | 'url'>): Promise<ReadonlyMap<string, Seen>> {
  const region = await client.config.region();
  const walker = new Walker({ endpoint: url, region, credentials: client.config.credentials });
  try {
    const schemas = new Map(allOperations().map((schema) => [schema.name, schema]));
    const seen = new Map<string, Seen>();
    const answers = new Map<string, unknown>();
    await makeQueue(url, client);
    for (const step of await storyOf(await accountOf(client), region)) {
      const schema = schemas.get(step.operation);
      if (schema === undefined) throw new Error(`The SDK does not know ${step.operation}.`);
      const nothingThere = step.nothingThere ?? seen.get(step.needs ?? '')?.outcome === 'refused';
      const { by = '', members = [] } = step.given ?? {};
      const given = Object.fromEntries(members.map((name) => [name, Reflect.get(Object(answers.get(by)), name)]));
      const input = { ...step.input, ...given };
      seen.set(step.operation, await walker.take({ ...step, input, nothingThere }, schema));
      answers.set(step.operation, walker.answer);
    }
    return seen;
  } finally {
    walker.end();
  }
}

async function makeQueue(url: string, { config }: LambdaClient): Promise<void> {
  const sqs = new SQSClient({ endpoint: url, region: await config.region(), credentials: config.credentials });
  await sqs.send(new CreateQueueCommand({ QueueName: walkedQueue }));
  sqs.destroy();
}

/** The account of the client's key: a function's ARN has it, and a refusal of one that is not there. */
async function accountOf(client: LambdaClient): Promise<string> {
  const { GetFunctionCommand } = await import('@aws-sdk/client-lambda');
  const words = await client.send(new GetFunctionCommand({ FunctionName: 'none' })).then(
    () => '',
    (error: unknown) => String(error),
  );
  const [, account] = /:(\d{12}):function:none/.exec(words) ?? [];
  if (account === undefined) throw new Error(`This does not say whose the function would be: ${words}`);
  return account;
}

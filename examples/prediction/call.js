import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

const client = new LambdaClient({});

/** Calls a function; gives its answer, with the path by which it started in front. */
export async function call(FunctionName) {
  const command = new InvokeCommand({ FunctionName });
  let path = '';
  const reads = (next) => async (args) => {
    const result = await next(args);
    path = result.response.headers['x-heddle-start-path'];
    return result;
  };
  command.middlewareStack.add(reads, { step: 'deserialize', priority: 'low' });
  const { Payload } = await client.send(command);
  return [{ function: FunctionName, path }, ...JSON.parse(Payload.transformToString())];
}

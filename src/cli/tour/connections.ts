import { once } from 'node:events';
import { createServer } from 'node:http';
import { machineName } from '../../model/network.ts';
import type { HeddleClient } from '../../sdk/client.ts';
import { Shape } from '../../sdk/shape.ts';
import { untilActive } from '../deploying/deploy-function.ts';
import { checkAnswer } from './start-row.ts';

const name = 'connections';
/** Where nothing may go that the policy does not name: this machine's own PostgreSQL, whether or not it has one. */
const refusedPort = 5_432;
const greeting = 'Hello from this machine.';

/** A connection that a function made, or wanted to make. */
export interface ConnectionRow {
  readonly url: string;
  readonly allowed: boolean;
  /** What came, or the error that the code got. */
  readonly outcome: string;
  readonly ms: number;
  /** The line in the function's log that says why not, and how to allow it; '' where it was allowed. */
  readonly log: string;
}

/**
 * Lets the function `connections`, which must be deployed, reach a server that listens on this machine for as long as this takes, and nothing
 * else there; and has it try both.
 */
export async function driveConnections(client: HeddleClient): Promise<readonly ConnectionRow[]> {
  const server = createServer((_request, response) => response.end(greeting)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const bound = server.address();
    const port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;
    const configuration = await untilActive(client, name);
    await client.setTags(configuration.text('FunctionArn'), { egress: `public ${machineName}:${port}` });
    await untilActive(client, name);
    const urls = [port, refusedPort].map((each) => `http://${machineName}:${each}/`);
    const answer = await client.invoke(name, Buffer.from(JSON.stringify({ urls })), { logTail: true });
    checkAnswer(answer);
    const refusal = /^.*(Egress refused: .*)$/m.exec(answer.logTail)?.[1] ?? '';
    const outcomes: unknown = JSON.parse(Buffer.from(answer.payload).toString('utf8'));
    return new Shape({ outcomes }, 'the connections').list('outcomes').map((one) => {
      const allowed = one.text('answer') === greeting;
      const outcome = allowed ? greeting : one.text('error');
      return { url: one.text('url'), allowed, outcome, ms: one.number('ms'), log: allowed ? '' : refusal };
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

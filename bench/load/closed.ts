import { Connection } from './connection.ts';
import type { Answers, Plan } from './plan.ts';
import { Record } from './record.ts';

/** Before a connection that broke is tried again, milliseconds. */
const retryMs = 5;

/** So many callers, each of which sends its next request when the last was answered. */
export function closedLoop(plan: Plan): Promise<Answers> {
  const { promise, resolve } = Promise.withResolvers<Answers>();
  const requests = plan.requests.map((text) => Buffer.from(text));
  const record = new Record();
  const startedAt = performance.now();
  const now = (): number => performance.now() - startedAt;
  const connections = new Set<Connection>();
  const end = (): void => {
    clearTimeout(deadline);
    for (const connection of connections) connection.close();
    resolve(record.answers(0));
  };
  const deadline = setTimeout(end, plan.sendMs + (plan.graceMs ?? 0));

  const call = (index: number): void => {
    const connection = new Connection(plan.port);
    connections.add(connection);
    const which = index % requests.length;
    const request = requests[which] ?? Buffer.alloc(0);
    let answers = 0;
    const next = (): void => {
      const sentMs = now();
      const enough =
        answers === plan.answersPerConnectionMax || record.count + record.open >= (plan.answersMax ?? Infinity);
      if (enough || sentMs >= plan.sendMs) {
        connection.close();
        connections.delete(connection);
        if (connections.size === 0) end();
        return;
      }
      const answered = record.sent(which, sentMs, sentMs, now);
      connection.send(request, (status) => {
        answered(status);
        answers += 1;
        if (status === 0) setTimeout(next, retryMs);
        else next();
      });
    };
    next();
  };
  for (let index = 0; index < plan.connections; index += 1) call(index);
  return promise;
}

import { Connection } from './connection.ts';
import type { Answers, Plan } from './plan.ts';
import { Record } from './record.ts';
import { dueCount, dueMs } from './schedule.ts';

/**
 * So many requests a second, whatever becomes of the earlier ones. Latency counts from when a request was due, also where
 * the generator was late or had no connection for it: what waits is not left out (no coordinated omission).
 */
export function openLoop(plan: Plan, rate: number): Promise<Answers> {
  const { promise, resolve } = Promise.withResolvers<Answers>();
  const requests = plan.requests.map((text) => Buffer.from(text));
  const record = new Record();
  const startedAt = performance.now();
  const now = (): number => performance.now() - startedAt;
  const idle: Connection[] = [];
  const all: Connection[] = [];
  const endMs = plan.sendMs + (plan.graceMs ?? 0);
  const count = dueCount(plan.sendMs, rate, plan.sendMs);
  let sent = 0;

  const connection = (): Connection | undefined => {
    const free = idle.pop();
    if (free !== undefined || all.length >= plan.connections) return free;
    const made = new Connection(plan.port);
    all.push(made);
    return made;
  };
  const send = (through: Connection): void => {
    const which = sent % requests.length;
    const answered = record.sent(which, dueMs(sent, rate), now(), now);
    sent += 1;
    through.send(requests[which] ?? Buffer.alloc(0), (status) => {
      answered(status);
      idle.push(through);
    });
  };
  const tick = (): void => {
    const due = dueCount(now(), rate, plan.sendMs);
    for (let through; sent < due && (through = connection()) !== undefined;) send(through);
    if ((sent < count || record.open > 0) && now() < endMs) return void setTimeout(tick, 1);
    for (const one of all) one.close();
    resolve(record.answers(count - sent));
  };
  tick();
  return promise;
}

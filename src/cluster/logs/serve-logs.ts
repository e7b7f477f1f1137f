import type { LogStore } from '../../store/logs/contract.ts';
import type { Peers, PeerStream } from '../contract.ts';
import { fieldsOf, textIn } from '../fields.ts';
import { entryMessages, logMethods, parseQuestion, runningOnWire, type LogQuestion } from './on-wire.ts';

/** Gives other hosts what functions printed on this one. */
export function serveLogs(peers: Pick<Peers, 'serve' | 'accept'>, logs: LogStore): void {
  peers.accept(logMethods.read, (stream, opening) => answer(stream, () => read(logs, stream, parseQuestion(opening))));
  peers.accept(logMethods.follow, (stream, opening) =>
    answer(stream, () => follow(logs, stream, parseQuestion(opening))),
  );
  peers.serve(logMethods.running, async (body) => {
    const { account, functionName } = functionIn(body);
    return runningOnWire(await logs.running(account, functionName));
  });
  peers.serve(logMethods.remove, async (body) => {
    const { account, functionName } = functionIn(body);
    await logs.remove(account, functionName);
  });
}

function answer(stream: PeerStream, send: () => Promise<void>): void {
  send().then(
    () => stream.end(),
    (error: unknown) => stream.end(error instanceof Error ? error : new Error(String(error))),
  );
}

async function read(
  logs: LogStore,
  stream: PeerStream,
  { account, functionName, ...from }: LogQuestion,
): Promise<void> {
  for (const message of entryMessages(await logs.read(account, functionName, from)))
    if (!stream.send(message)) await stream.drained();
}

async function follow(
  logs: LogStore,
  stream: PeerStream,
  { account, functionName, ...from }: LogQuestion,
): Promise<void> {
  const left = new AbortController();
  void stream.ended.then(() => left.abort());
  // Whoever is slow misses entries, as here.
  for await (const entry of logs.follow(account, functionName, from, left.signal))
    for (const message of entryMessages([entry])) if (!stream.send(message)) await stream.drained();
}

function functionIn(body: unknown): { readonly account: string; readonly functionName: string } {
  const fields = fieldsOf(body);
  return { account: textIn(fields, 'account'), functionName: textIn(fields, 'functionName') };
}

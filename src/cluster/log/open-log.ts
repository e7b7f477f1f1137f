import { ClusterUnavailableError, type LogPosition, type ReplicatedLog } from '../contract.ts';
import { append } from './append.ts';
import { follow } from './follow.ts';
import { LogStream, type LogOptions } from './log-stream.ts';
import { partOf, type LogMessage } from './parts.ts';
import { LogSnapshots } from './snapshots.ts';

/**
 * Opens a log on a stream of JetStream's, which is made where it is not there. Beside what the contract says, `append` throws LogFullError where there is no room,
 * and RangeError for an entry that is too large. Throws ClusterUnavailableError.
 */
export async function openLog(options: LogOptions): Promise<ReplicatedLog> {
  const stream = await LogStream.open(options);
  const snapshots = await LogSnapshots.open(stream, options.replicas);
  return {
    append: (data, after) => append(stream, data, after),
    follow: (after, signal) => follow(stream, after, signal),
    tail: async () => {
      try {
        return await tail(stream);
      } catch (cause) {
        throw new ClusterUnavailableError(`Nobody told where the log ${options.name} ends: ${String(cause)}`, {
          cause,
        });
      }
    },
    saveSnapshot: (file, position) => snapshots.save(file, position),
    loadSnapshot: (file) => snapshots.load(file),
  };
}

/** Behind the last entry may lie parts of one that its writer has left. */
async function tail(stream: LogStream): Promise<LogPosition> {
  let message: LogMessage | undefined = await stream.last();
  // All of it is in a snapshot.
  if (message === undefined) return (await stream.bounds()).last;
  for (; message !== undefined; message = await stream.at(message.position - 1n)) {
    const part = partOf(message);
    if (part === undefined) return message.position === stream.origin ? 0n : message.position;
    if (part.part === part.parts) return message.position;
  }
  throw new Error(`The log ${stream.name} has parts at its end, and nothing before them.`);
}

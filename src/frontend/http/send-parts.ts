import type { ServerResponse } from 'node:http';
import { PartWriter } from '../lambda/streaming/part-writer.ts';
import type { ApiReply, ByteParts } from '../routes/operation.ts';

/** Sends an answer part by part, each when the client has taken those before it. Its head leaves with the first. Never rejects. */
export async function sendParts(
  response: ServerResponse,
  requestId: string,
  { status, headers }: ApiReply,
  { parts, leave }: ByteParts,
): Promise<void> {
  const lines = ['x-amzn-requestid', requestId];
  for (const name in headers) lines.push(name, headers[name] ?? '');
  response.writeHead(status, lines);
  response.on('close', () => {
    if (!response.writableFinished) leave();
  });
  const writer = new PartWriter(response);
  for await (const part of parts) if (!(await writer.write(...part))) return;
  writer.end();
}

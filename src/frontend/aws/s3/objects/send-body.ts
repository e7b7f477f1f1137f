import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { objectLimits } from '../../../../objects/object-limits.ts';
import { PartWriter } from '../../../lambda/streaming/part-writer.ts';

/**
 * What every answer with somebody's bytes says to browsers: it is of the service's own origin, and its bytes come from whoever wrote them. They show it as a
 * page of no origin, as they do with functions' URLs that are named by a path.
 */
export const ofNoOrigin: Readonly<Record<string, string>> = {
  'content-security-policy': 'sandbox allow-scripts allow-forms allow-popups',
  'x-content-type-options': 'nosniff',
};

/** Sends the body of an answer whose head was written, each part when the client has taken those before it. Gives whether it took all. */
export async function sendBody(response: ServerResponse, body: AsyncIterable<Uint8Array>): Promise<boolean> {
  const { socket } = response;
  // What comes out of a container has no time-out; its container has.
  const watched = socket instanceof Socket ? socket : undefined;
  const late = (): void => void response.destroy();
  watched?.setTimeout(objectLimits.idleMsMax, late);
  try {
    const writer = new PartWriter(response);
    for await (const part of body) if (!(await writer.write(part))) return false;
    writer.end();
    return true;
  } finally {
    watched?.setTimeout(0);
    watched?.off('timeout', late);
  }
}

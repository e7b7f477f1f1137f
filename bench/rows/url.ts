import type { Row } from '../row.ts';
import { deployCode } from '../service/functions.ts';
import { startService } from '../service/service.ts';
import { makeUrl } from '../service/urls.ts';
import { linesOf, measureInTurns, type Target, type WarmPlan } from './starts/warm.ts';

const text = 'a small body, as most are';
const code = `exports.handler = async (event) =>
  event.rawPath === '/event' ? event : { statusCode: 200, body: event.body ?? '' };\n`;

/** A request to a URL as text, as the load generator takes it. */
function requestTo({ host }: URL): string {
  const head = `POST / HTTP/1.1\r\nhost: ${host}\r\ncontent-type: text/plain\r\ncontent-length: ${text.length}\r\n`;
  return `${head}\r\n${text}`;
}

/** The event that a request to a URL becomes; asked for by its path, as names that end in `localhost` are not known everywhere. */
async function eventOf({ hostname, port }: URL): Promise<string> {
  const url = `http://127.0.0.1:${port}/heddle/url/${hostname.split('.')[0]}/event`;
  const event = await (await fetch(url, { method: 'POST', body: text })).text();
  return event.replace('"rawPath":"/event"', '"rawPath":"/"');
}

/** What a function's URL costs beside an invocation of the same function, by the same service, in turns. */
export const urlRow: Row = {
  name: 'url',
  about: "1 connection, warm: a function's URL beside Invoke of the same function",
  run: async function* ({ builds, driver, full }) {
    const plan: WarmPlan = full
      ? { connections: 1, warmUpAnswers: 20_000, warmUpMs: 15_000, roundMs: 2_000, rounds: 6 }
      : { connections: 1, warmUpAnswers: 16_000, warmUpMs: 6_000, roundMs: 600, rounds: 7 };
    // Builds of before have no URLs: the one that matters is this one.
    const [build] = builds;
    if (build === undefined) return;
    await using service = await startService({ build, driver });
    await deployCode(service, 'answer', code);
    const { port, pid, home } = service;
    const url = await makeUrl(service, 'answer');
    const small = await service.invocation('answer', JSON.stringify({ body: text }));
    const same = await service.invocation('answer', await eventOf(url));
    const targets: readonly Target[] = [
      { who: build.name, port, pid, home, request: requestTo(url) },
      { who: 'Invoke, same event', port, pid, home, request: same },
      { who: 'Invoke, small event', port, pid, home, request: small },
    ];
    yield* linesOf(await measureInTurns(targets, plan), '1 connection');
  },
};

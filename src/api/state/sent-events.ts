/** One server-sent event: its name (`message` where it has none) and its data. Comments, too: they say that the service is there. */
export type SentEvent = { readonly name: string; readonly data: string } | { readonly comment: true };

/** Longest event that is taken, characters: a whole state of the largest topics. */
const charactersMax = 64 * 1_024 * 1_024;

/** Reads the events of an answer, as its pieces come (https://html.spec.whatwg.org/multipage/server-sent-events.html, with line feeds only). Throws where one is too long. */
export async function* sentEvents(pieces: AsyncIterable<string>): AsyncGenerator<SentEvent> {
  let parts: string[] = [];
  let characters = 0;
  for await (const piece of pieces) {
    characters += piece.length;
    if (characters > charactersMax)
      throw new Error(`An event of the service has more than ${charactersMax} characters.`);
    parts.push(piece);
    // Most pieces of a long event have no end in them: nothing is put together for those.
    if (!piece.includes('\n')) continue;
    const events = parts.join('').split('\n\n');
    const rest = events.pop() ?? '';
    parts = [rest];
    characters = rest.length;
    for (const event of events) yield eventOf(event);
  }
}

function eventOf(text: string): SentEvent {
  let name = 'message';
  const data: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith(':')) return { comment: true };
    if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
    if (line.startsWith('event:')) name = line.slice(6).trim();
  }
  return { name, data: data.join('\n') };
}

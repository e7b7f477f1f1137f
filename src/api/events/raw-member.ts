/**
 * The text of one member of a JSON object, as it stands there: no number of it loses digits, and nothing that is said twice is said once. Undefined where the
 * text is no object, or has no such member; where it has several, the last, as `JSON.parse` has it. Throws SyntaxError for what is no JSON.
 */
export function rawMember(json: string, name: string): string | undefined {
  const whole: unknown = JSON.parse(json);
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return undefined;
  let found: string | undefined;
  let at = json.indexOf('{') + 1;
  // It is JSON: whatever follows, what is looked for next comes.
  for (;;) {
    const keyFrom = json.indexOf('"', at);
    if (keyFrom === -1) return found;
    const keyUntil = endOfText(json, keyFrom);
    const from = json.indexOf(':', keyUntil) + 1;
    const until = endOfValue(json, from);
    if (JSON.parse(json.slice(keyFrom, keyUntil)) === name) found = json.slice(from, until).trim();
    at = until;
  }
}

/** Behind the quote that ends the text which begins at `from`. */
function endOfText(json: string, from: number): number {
  let at = from + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Where the comma is, or the bracket, that ends a member. */
function endOfValue(json: string, from: number): number {
  let depth = 0;
  for (let at = from; ;) {
    const character = json[at];
    if (character === '"') {
      at = endOfText(json, at);
      continue;
    }
    if (depth === 0 && (character === ',' || character === '}')) return at;
    if (character === '{' || character === '[') depth += 1;
    if (character === '}' || character === ']') depth -= 1;
    at += 1;
  }
}

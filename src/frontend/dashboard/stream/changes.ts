/** Rows as JSON, by their keys. */
export type Texts = ReadonlyMap<string, string>;

/** What is said of a topic beside its rows. */
export interface AboutRows {
  readonly cut: number;
  readonly silentHosts: readonly string[];
}

/** A topic's state, or what has changed of it, as the text of a TopicChange. */
export function wholeText(rows: Texts, { cut, silentHosts }: AboutRows): string {
  const silent = silentHosts.length === 0 ? '' : `,"silentHosts":${JSON.stringify(silentHosts)}`;
  return `{"whole":true,"put":${putText(rows)}${cut === 0 ? '' : `,"cut":${cut}`}${silent}}`;
}

/** What makes `after` of `before`; undefined where they are the same. */
export function changeText(before: Texts, after: Texts, cut: number): string | undefined {
  const put = new Map<string, string>();
  for (const [key, text] of after) if (before.get(key) !== text) put.set(key, text);
  const remove = [...before.keys()].filter((key) => !after.has(key));
  if (put.size === 0 && remove.length === 0) return undefined;
  const removed = remove.length === 0 ? '' : `,"remove":${JSON.stringify(remove)}`;
  return `{"put":${putText(put)}${removed}${cut === 0 ? '' : `,"cut":${cut}`}}`;
}

function putText(rows: Texts): string {
  const parts: string[] = [];
  for (const [key, text] of rows) parts.push(`${JSON.stringify(key)}:${text}`);
  return `{${parts.join(',')}}`;
}

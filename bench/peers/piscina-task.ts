/** The same handler as the benchmarked function: answers with what it was given. */
export function echo(body: string): string {
  return JSON.stringify(JSON.parse(body));
}

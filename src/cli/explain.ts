/** An error's message, and below it, indented, those of the errors that led to it. */
export function explain(error: unknown, indent = ''): string {
  if (!(error instanceof Error)) return indent + String(error);
  const below: unknown[] = error instanceof AggregateError ? [...error.errors] : [];
  if (error.cause !== undefined) below.push(error.cause);
  const said = below.filter((cause) => !(cause instanceof Error && error.message.includes(cause.message)));
  return [indent + error.message, ...said.map((cause) => explain(cause, `${indent}  `))].join('\n');
}

// What Zod, Valibot, ArkType and others have in common: https://standardschema.dev, version 1. Types only, so that none of them is needed here.

/** A schema of any of these libraries. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What one says of a value. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** What is wrong, and where. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

const shownMax = 5;

/** Issues as a sentence has them: `at 0.name: must be text; …`. */
export function issuesText(issues: readonly SchemaIssue[]): string {
  const texts = issues.slice(0, shownMax).map(({ message, path = [] }) => {
    const place = path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
    return place === '' ? message : `at ${place}: ${message}`;
  });
  return texts.join('; ') + (issues.length > shownMax ? `; and ${issues.length - shownMax} more` : '');
}

/** Throws TypeError for what is no schema, with what it was given for. */
export function checkSchema(name: string, schema: unknown): void {
  if (schema === undefined) return;
  const inside: unknown =
    (typeof schema === 'object' && schema !== null) || typeof schema === 'function'
      ? Reflect.get(schema, '~standard')
      : undefined;
  if (typeof inside === 'object' && inside !== null && typeof Reflect.get(inside, 'validate') === 'function') return;
  throw new TypeError(
    `\`${name}\` is no schema of Standard Schema's, as Zod's and Valibot's are: it has no \`~standard\`.`,
  );
}

/** An operation as the service tells a program of it: AWS's `Operation`, as far as is needed here. */
export interface ToldOperation {
  readonly id: string;
  readonly status: string;
  readonly attempt: number;
  readonly callbackId: string;
  /** What came of it, as text; undefined where nothing did. */
  readonly result: string | undefined;
  readonly error: { readonly type: string; readonly message: string } | undefined;
}

/** What has changed. */
export interface ToldNews {
  readonly operations: readonly ToldOperation[];
  readonly changes: number;
  readonly ended: boolean;
}

/** Reads what the service says. */
export function newsIn(answer: unknown): ToldNews {
  const { operations, changes, ended } = fieldsOf(answer);
  const list: readonly unknown[] = Array.isArray(operations) ? operations : [];
  return { operations: list.map(operationIn), changes: Number(changes), ended: ended === true };
}

function operationIn(given: unknown): ToldOperation {
  const operation = fieldsOf(given);
  const details = ['StepDetails', 'WaitDetails', 'CallbackDetails'].map((name) => fieldsOf(operation[name]));
  const all: Readonly<Record<string, unknown>> = Object.assign({}, ...details);
  return {
    id: String(operation['Id']),
    status: String(operation['Status']),
    attempt: Number(all['Attempt'] ?? 0),
    callbackId: typeof all['CallbackId'] === 'string' ? all['CallbackId'] : '',
    result: typeof all['Result'] === 'string' ? all['Result'] : undefined,
    error: all['Error'] === undefined ? undefined : errorIn(all['Error']),
  };
}

/** Reads AWS's `ErrorObject`. */
export function errorIn(given: unknown): { readonly type: string; readonly message: string } {
  const { ErrorType: type, ErrorMessage: message } = fieldsOf(given);
  return { type: typeof type === 'string' ? type : 'Error', message: typeof message === 'string' ? message : '' };
}

/** The fields of an object, nothing known of them; none of anything else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

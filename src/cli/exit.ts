/** What the exit code of every command means; `heddle --help` prints it. */
export const exitCodes = {
  ok: 0,
  /** The function threw, timed out or crashed. */
  functionError: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** No service answers. */
  unreachable: 3,
  /** The service answered with a refusal: no such function, wrong key, no capacity. */
  refused: 4,
  /** This machine lacks something that is needed. */
  unfit: 5,
  /** A start took longer than promised. */
  promiseBroken: 6,
  /** This host is none of its cluster's any more: starting it again changes nothing. */
  removed: 7,
  /** A defect in Heddle. */
  defect: 70,
  /** Ctrl-C before it was done. */
  interrupted: 130,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A mistake of the user's, or a state of the world, that is said in a sentence or two and without a stack trace. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  /** What mends it: a command or an option. */
  readonly hint: string | undefined;
  constructor(message: string, exitCode: ExitCode, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = exitCode;
    this.hint = options.hint;
  }
}

import type { Machine } from './machine.ts';

/** One setting: how it is written on the command line, in the environment and in the file, and what it is otherwise. */
export interface Field<T> {
  /** Flag without the dashes; in camel case it is the key in the configuration file. */
  readonly flag: string;
  readonly environment: string;
  /** Placeholder in `--help`. */
  readonly argument: string;
  readonly description: string;
  /** Throws SettingError. */
  readonly parse: (text: string) => T;
  readonly fallback: (machine: Machine) => T;
  /** The fallback as `--help` says it. */
  readonly fallbackText: string;
}

import type { EventFlags } from './event-wish.ts';
import type { ProjectSettings } from './project-file.ts';

/** What the options of `deploy` and `dev` say. */
export interface DeployFlags extends EventFlags {
  readonly name?: string;
  readonly handler?: string;
  readonly runtime?: string;
  readonly memory?: string;
  readonly timeout?: string;
  readonly env?: readonly string[];
  readonly bundle?: boolean;
  readonly include?: readonly string[];
  readonly layer?: readonly string[];
  readonly egress?: string;
  readonly policy?: string;
  readonly role?: string;
  readonly secret?: readonly (string | object)[];
  readonly url?: string;
  readonly urlMode?: string;
  readonly durable?: string;
  readonly require?: string;
  /** Of heddle.json only. */
  readonly portions?: Readonly<Record<string, unknown>>;
}

/** A folder's settings as the flags that they stand for; `env` as pairs, without those that flags say. */
export function flagsOf({ env, memory, timeout, ...same }: ProjectSettings, flags: DeployFlags): DeployFlags {
  const said = new Set(flags.env?.map((pair) => pair.split('=')[0]));
  const pairs = Object.entries(env ?? {})
    .filter(([name]) => !said.has(name))
    .map(([name, value]) => (value === null ? name : `${name}=${value}`));
  const all = [...pairs, ...(flags.env ?? [])];
  return {
    ...same,
    ...(memory !== undefined && { memory: String(memory) }),
    ...(timeout !== undefined && { timeout: String(timeout) }),
    ...flags,
    ...((env !== undefined || flags.env !== undefined) && { env: all }),
  };
}

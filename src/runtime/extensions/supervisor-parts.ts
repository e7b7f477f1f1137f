import type { ExtensionsApi } from './api/extensions-api.ts';
import type { MakeRuntime } from './runtime/supervised-runtime.ts';

/** Where AWS Lambda has them. */
export const extensionsFolder = '/opt/extensions';

/** What the supervisor needs of the world. */
export interface SupervisorParts {
  /** To the host. */
  readonly writer: { write(frame: readonly Buffer[]): void };
  readonly makeRuntime: MakeRuntime;
  /** Where the programs of external extensions are. */
  readonly folder: string;
  /** Resolves with the value of `AWS_LAMBDA_RUNTIME_API` when the APIs are served there. */
  readonly serve: (api: ExtensionsApi) => Promise<string>;
  exit(code: number): void;
}

/** How far a container is; in this order, but for `ending`, which may come at any time. */
export type Phase =
  /** Extensions have been started, and not all have registered. */
  | 'extensions'
  /** The runtime is being started. */
  | 'runtime'
  /** The runtime takes requests: the first invocation may begin. */
  | 'function'
  /** All wait for an invocation. */
  | 'ready'
  | 'invoke'
  /** It has its answer, and some extension is not done. */
  | 'post'
  | 'ending';

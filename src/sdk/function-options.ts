/** What can be said of a function when it is made or changed; `timeout` in seconds, `memory` in MB. */
export interface FunctionOptions {
  readonly handler?: string;
  readonly runtime?: string;
  readonly memory?: number;
  readonly timeout?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Seconds that its executions may take: it is durable. Only of a new function, or one that is durable. */
  readonly durable?: number;
  /** ARNs of layers' versions, in their order. */
  readonly layers?: readonly string[];
  /** What its code may connect to: its tag `heddle:egress`. */
  readonly egress?: string;
  /** Which secrets are put into its requests: its tag `heddle:secrets`; '' for none. */
  readonly secrets?: string;
  /** Names of policies that bound it: its tag `heddle:policy`. '' for none. */
  readonly policy?: string;
  /** ARN of its role. */
  readonly role?: string;
  /** Other tags, by their names. */
  readonly tags?: Readonly<Record<string, string>>;
  /** ARN of the queue or topic that takes its events that were given up; '' for none. */
  readonly deadLetter?: string;
}

/** What CreateFunction and UpdateFunctionConfiguration are told of them. */
export function configurationBody(options: FunctionOptions): Record<string, unknown> {
  return {
    Role: options.role,
    Handler: options.handler,
    Runtime: options.runtime,
    MemorySize: options.memory,
    Timeout: options.timeout,
    Environment: options.environment && { Variables: options.environment },
    Layers: options.layers,
    DurableConfig: options.durable === undefined ? undefined : { ExecutionTimeout: options.durable },
    DeadLetterConfig: options.deadLetter === undefined ? undefined : { TargetArn: options.deadLetter },
  };
}

/** What says it by tags; nothing where nothing is said so. */
export function tagsBody({
  egress,
  secrets,
  policy,
  tags,
}: Pick<FunctionOptions, 'egress' | 'secrets' | 'policy' | 'tags'>): {
  readonly Tags?: Readonly<Record<string, string>>;
} {
  const all = {
    ...tags,
    ...(egress !== undefined && { 'heddle:egress': egress }),
    ...(secrets !== undefined && { 'heddle:secrets': secrets }),
    ...(policy !== undefined && { 'heddle:policy': policy }),
  };
  return Object.keys(all).length === 0 ? {} : { Tags: all };
}

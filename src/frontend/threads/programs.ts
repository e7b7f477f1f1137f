import { ApiError } from '../../api/errors.ts';
import { operationWire } from '../../api/executions/operation-wire.ts';
import { readUpdates } from '../../api/executions/update.ts';
import { checkRequest } from '../../api/model/validate.ts';
import { optionalInteger, optionalObject, requiredString } from '../../api/json-input.ts';
import type { ProgramExecutions, ProgramNews } from '../../events/executions/programs.ts';
import { CancelledError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';

/** Durable programs, which are loaded with the first. */
export type OpenPrograms = (account: string) => Promise<ProgramExecutions>;

/** What one session has of durable programs: it is the holder of those that it opened, and lets go of them when it ends. */
export class Programs {
  readonly #service: OpenPrograms | undefined;
  #opened: ProgramExecutions | undefined;
  readonly #owner: { readonly account: string; readonly region: string };
  readonly #ended = new AbortController();
  /** Questions that have no answer yet: most wait until something happens. */
  #open = 0;

  constructor(service: OpenPrograms | undefined, owner: { readonly account: string; readonly region: string }) {
    this.#service = service;
    this.#owner = owner;
  }

  /** Does what is asked: `open` a program by its name, `checkpoint`, `news`. The answer is plain data. Throws ApiError. */
  async ask(asked: unknown): Promise<unknown> {
    if (this.#open >= limits.programQuestionsMax)
      throw new ApiError(
        'TooManyRequestsException',
        `${limits.programQuestionsMax} questions of this client about durable programs wait already, which is the most that may.`,
      );
    this.#open++;
    try {
      return await this.#answer(asked);
    } finally {
      this.#open--;
    }
  }

  async #answer(asked: unknown): Promise<unknown> {
    const request = optionalObject({ asked }, 'asked') ?? {};
    const { account } = this.#owner;
    const programs = (this.#opened = await (this.#service ?? noService)(account));
    const { signal } = this.#ended;
    signal.throwIfAborted();
    const what = requiredString(request, 'do');
    if (what === 'open') {
      const name = requiredString(request, 'name');
      if (name === '')
        throw new ApiError('InvalidParameterValueException', 'A durable program needs a name, which is empty here.');
      checkRequest('ListDurableExecutionsByFunction', asQuery({ FunctionName: 'program', DurableExecutionName: name }));
      return await programs.open(this.#owner, name, this, signal);
    }
    const token = requiredString(request, 'token');
    if (what === 'news')
      return wire(await programs.news(account, token, optionalInteger(request, 'after') ?? 0, signal));
    if (what !== 'checkpoint')
      throw new ApiError('InvalidParameterValueException', `A program cannot ask for ${what}.`);
    const body = { CheckpointToken: token, Updates: request['updates'] ?? [] };
    checkRequest('CheckpointDurableExecution', { ...asQuery({ DurableExecutionArn: anyArn }), body: () => body });
    const news = await programs.checkpoint(account, token, readUpdates(body));
    if (news.ended) programs.over(account, token);
    return wire(news);
  }

  end(): void {
    this.#ended.abort(new CancelledError('The session has ended.'));
    this.#opened?.release(this);
  }
}

/** The token says which execution is meant; AWS's model wants to hear of one. */
const anyArn = 'arn:aws:lambda:us-east-1:000000000000:function:program:$LATEST/durable-execution/any/any';

function asQuery(said: Readonly<Record<string, string>>): Parameters<typeof checkRequest>[1] {
  return {
    parameter: (name) => said[name],
    queryAll: (name) => (said[name] === undefined ? [] : [said[name]]),
    header: () => undefined,
    body: () => ({}),
  };
}

function wire({ operations, changes, ended }: ProgramNews): object {
  return { operations: operations.map((operation) => operationWire(operation, 'milliseconds')), changes, ended };
}

function noService(): never {
  throw new ApiError(
    'NotImplementedException',
    'What a durable program has done would not outlive it: the service in its own process keeps nothing. Start one: heddle up',
  );
}

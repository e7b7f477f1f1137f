import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RuntimeInit } from '../../../protocol/messages.ts';
import { readBody } from '../../provided/api/read-body.ts';
import { parseSubscription, type Subscription, type TelemetryApi } from '../telemetry/subscription.ts';
import type { Extension, EventName } from './extension.ts';
import { eventsOf, featuresOf } from './register-request.ts';
import { extensionsMax, type Refusal, type Registry } from './registry.ts';
import { badRequest, ending, forbidden, sendJson, tooLarge, type ForbiddenType } from './replies.ts';

/** Longest body that is read; what these requests have to say is less than a thousandth of it. */
const bodyBytesMax = 1_048_576;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const identifierHeader = 'Lambda-Extension-Identifier';

/** Who is told of what extensions say. */
export interface ExtensionsEvents {
  /** One has registered, or asks for its next event. */
  onChange(): void;
  /** One has said that it cannot go on; it is expected to end. */
  onError(extension: Extension, errorType: 'Extension.InitError' | 'Extension.ExitError'): void;
  /** Gives false where it comes too late. */
  onSubscribe(extension: Extension, subscription: Subscription): boolean;
}

/**
 * AWS Lambda's Extensions API and Telemetry API of one container, without their HTTP server: what an extension may say when, and what it
 * is answered. What is sent in answer to `next` is given to each `Extension` (`tell`); this knows nothing of invocations.
 */
export class ExtensionsApi {
  /** The container is about to end: who asks for something new is told so. */
  ending = false;
  readonly #registry: Registry;
  readonly #events: ExtensionsEvents;
  readonly #init: () => RuntimeInit | undefined;

  constructor(registry: Registry, events: ExtensionsEvents, init: () => RuntimeInit | undefined) {
    this.#registry = registry;
    this.#events = events;
    this.#init = init;
  }

  /** Answers a request, or gives false where it is none of these APIs'. */
  handle(method: string, path: string, request: IncomingMessage, response: ServerResponse): boolean {
    switch (`${method} ${path.replace(/\/$/, '')}`) {
      case 'POST /2020-01-01/extension/register':
        void this.#register(request, response);
        return true;
      case 'GET /2020-01-01/extension/event/next':
        this.#next(request, response);
        return true;
      case 'POST /2020-01-01/extension/init/error':
        void this.#error('InitError', request, response);
        return true;
      case 'POST /2020-01-01/extension/exit/error':
        void this.#error('ExitError', request, response);
        return true;
      case 'PUT /2022-07-01/telemetry':
        void this.#subscribe('telemetry', request, response);
        return true;
      case 'PUT /2020-08-15/logs':
        void this.#subscribe('logs', request, response);
        return true;
      default:
        return false;
    }
  }

  async #register(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.ending) return ending(response);
    const name = header(request, 'lambda-extension-name');
    if (name === '') return forbidden(response, 'Extension.InvalidExtensionName', 'Empty extension name');
    const body = await bodyOf(request, response);
    if (body === undefined) return;
    const events = eventsOf(body);
    if (typeof events === 'string') return forbidden(response, 'InvalidRequestFormat', events);
    const extension = this.#registry.byName(name);
    if (extension?.external === true) this.#admit(extension, events, request, response);
    else this.#registerInternal(name, events, request, response);
  }

  #registerInternal(name: string, events: readonly string[], request: IncomingMessage, response: ServerResponse): void {
    const wrong = events.find((event) => event !== 'INVOKE');
    if (wrong !== undefined) return wrongEvent(response, wrong, wrong === 'SHUTDOWN');
    const added = this.#registry.addInternal(name);
    if (typeof added === 'string') return refused(response, added);
    this.#admit(added, events, request, response);
  }

  #admit(extension: Extension, events: readonly string[], request: IncomingMessage, response: ServerResponse): void {
    const known: EventName[] = [];
    for (const event of events) {
      if (event !== 'INVOKE' && event !== 'SHUTDOWN') return wrongEvent(response, event, false);
      if (!known.includes(event)) known.push(event);
    }
    const { state } = extension;
    if (!extension.move('Registered')) return wrongState(response, extension, state, 'Registered');
    extension.events = known;
    const init = this.#init();
    const about = {
      ...(featuresOf(header(request, 'lambda-extension-accept-feature')).accountId
        ? { accountId: init?.functionArn.split(':')[4] ?? '' }
        : {}),
      functionName: init?.functionName ?? '',
      functionVersion: init?.functionVersion ?? '',
      handler: init?.handler ?? '',
    };
    sendJson(response, 200, about, { [identifierHeader]: extension.id });
    this.#events.onChange();
  }

  #next(request: IncomingMessage, response: ServerResponse): void {
    const extension = this.#identified(request, response);
    if (extension === undefined) return;
    const { state } = extension;
    const waiting = {
      get open() {
        return !response.destroyed;
      },
      send: (event: object) => sendEvent(response, extension, event),
    };
    if (!extension.next(waiting)) return wrongState(response, extension, state, 'Ready');
    this.#events.onChange();
  }

  async #error(to: 'InitError' | 'ExitError', request: IncomingMessage, response: ServerResponse): Promise<void> {
    const extension = this.#identified(request, response);
    if (extension === undefined) return;
    const errorType = header(request, 'lambda-extension-function-error-type');
    if (errorType === '')
      return forbidden(response, 'Extension.MissingHeader', 'Lambda-Extension-Function-Error-Type not found');
    if ((await bodyOf(request, response)) === undefined) return;
    const { state } = extension;
    if (!extension.move(to)) return wrongState(response, extension, state, to);
    extension.errorType = errorType;
    sendJson(response, 202, { status: 'OK' }, { [identifierHeader]: extension.id });
    this.#events.onError(extension, `Extension.${to}`);
  }

  async #subscribe(api: TelemetryApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.ending) return ending(response);
    const extension = this.#identified(request, response);
    if (extension === undefined) return;
    const body = await bodyOf(request, response);
    if (body === undefined) return;
    const subscription = parseSubscription(body, api);
    const [name, prefix] = api === 'logs' ? (['Logs', 'Logs.'] as const) : (['Telemetry', ''] as const);
    if (typeof subscription === 'string') return badRequest(response, `${prefix}ValidationError`, subscription);
    if (!this.#events.onSubscribe(extension, subscription))
      return forbidden(response, `${name}.SubscriptionClosed`, `${name} API subscription is closed`);
    sendJson(response, 200, 'OK');
  }

  #identified(request: IncomingMessage, response: ServerResponse): Extension | undefined {
    const id = header(request, 'lambda-extension-identifier');
    const extension = this.#registry.byId(id);
    if (extension !== undefined) return extension;
    if (id === '') forbidden(response, 'Extension.MissingExtensionIdentifier', `Missing ${identifierHeader} header`);
    else if (!uuid.test(id)) forbidden(response, 'Extension.InvalidExtensionIdentifier', `Invalid ${identifierHeader}`);
    else forbidden(response, 'Extension.UnknownExtensionIdentifier', `Unknown extension ${id}`);
    return undefined;
  }
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

async function bodyOf(request: IncomingMessage, response: ServerResponse): Promise<string | undefined> {
  const body = await readBody(request, bodyBytesMax);
  if (body.kind === 'whole') return body.data.toString();
  if (body.kind === 'too-large') tooLarge(response, bodyBytesMax);
  else if (!response.destroyed) badRequest(response, 'TruncatedHTTPRequest', 'HTTP request detected as truncated');
  return undefined;
}

function sendEvent(response: ServerResponse, extension: Extension, event: object): void {
  sendJson(response, 200, event, { [identifierHeader]: extension.id });
}

function wrongEvent(response: ServerResponse, event: string, forExternalOnly: boolean): void {
  const why = forExternalOnly ? 'ShutdownEventNotSupportedForInternalExtension' : 'ErrorInvalidEventType';
  forbidden(response, 'Extension.InvalidEventType', `${event}: ${why}`);
}

function wrongState(response: ServerResponse, extension: Extension, from: string, to: string): void {
  const message = `State transition from ${from} to ${to} failed for extension ${extension.name}. Error: State transition is not allowed`;
  forbidden(response, 'Extension.InvalidExtensionState', message);
}

const refusals: Readonly<Record<Refusal, readonly [ForbiddenType, string]>> = {
  closed: ['Extension.RegistrationClosed', 'Extension registration closed already'],
  taken: ['Extension.InvalidExtensionState', 'Extension with this name already registered'],
  'too-many': ['Extension.TooManyExtensions', `Extension limit (${extensionsMax}) reached`],
};

function refused(response: ServerResponse, refusal: Refusal): void {
  const [type, message] = refusals[refusal];
  forbidden(response, type, message);
}

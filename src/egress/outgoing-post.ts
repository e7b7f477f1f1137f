import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, isIPv6, type LookupFunction } from 'node:net';
import type { EgressSaid } from '../model/functions/function.ts';
import type { HostNames } from './names/host-names.ts';
import { plainAddress } from './policy/addresses.ts';
import type { Surroundings, Target } from './policy/decide.ts';
import type { PolicyBook } from './policy-book.ts';
import { refusing } from './refusals.ts';

/** One request, and its answer as far as anybody looks at it. */
export interface OutgoingPost {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** How a request is sent, where it is no post of an event's. */
interface Sending {
  readonly method: 'GET' | 'POST';
  readonly answerBytesMax: number;
  readonly msMax: number;
}

export interface PostAnswer {
  readonly status: number;
  readonly text: string;
}

interface Allowed {
  readonly addresses: readonly [string, ...string[]] | undefined;
  readonly why: string;
}

/** A connection is not allowed; for people. */
export class PostRefusedError extends Error {
  override readonly name = 'PostRefusedError';
}

export interface PostOptions {
  readonly names: HostNames;
  readonly policies: PolicyBook;
  readonly own: Surroundings;
  /** Ends what is under way. */
  readonly stopping: AbortSignal;
}

/** From connecting to the end of the answer. */
const postMsMax = 30_000;
const answerBytesMax = 16_384;
const posting: Sending = { method: 'POST', answerBytesMax, msMax: postMsMax };
/** Of a document that somebody waits for. */
const fetching: Sending = { method: 'GET', answerBytesMax: 262_144, msMax: 10_000 };

/**
 * Posts that the service sends because of functions. Those that a function asked for may go only where its code may connect to; whoever runs the
 * service says himself where the others go. Redirects are not followed: where they lead nobody has allowed.
 */
export class OutgoingPosts {
  readonly #o: PostOptions;

  constructor(options: PostOptions) {
    this.#o = options;
  }

  /** As code of a function. Rejects with PostRefusedError, or where there is no answer in time. */
  async within(account: string, functionName: string, egress: EgressSaid, post: OutgoingPost): Promise<PostAnswer> {
    const allowed = await this.#allowed(account, egress, post.url);
    if (allowed.addresses !== undefined) return await this.#send(post, allowed.addresses);
    throw new PostRefusedError(
      `Egress refused: ${post.url.host} is ${allowed.why}, which the policy of the function ${functionName} does not allow. To allow it: heddle deploy … --egress "${post.url.hostname}:${portOf(post.url)}"`,
    );
  }

  /** A document that an account has named itself, as code of a function could that names its host. Rejects as `within` does. */
  async fetch(account: string, url: URL): Promise<PostAnswer> {
    const egress = `${url.hostname}:${portOf(url)}`;
    const allowed = await this.#allowed(account, { egress }, url);
    const request = { url, headers: { accept: 'application/json' }, body: new Uint8Array() };
    if (allowed.addresses !== undefined) return await this.#send(request, allowed.addresses, fetching);
    throw new PostRefusedError(
      `Egress refused: ${url.host} is ${allowed.why}, which the policy of the account does not allow.`,
    );
  }

  /** The addresses of a host that may be connected to; or why none may. */
  async #allowed(account: string, egress: EgressSaid, url: URL): Promise<Allowed> {
    const { policies, own } = this.#o;
    const targets = await this.#targetsOf(url);
    if (targets.length === 0) throw new Error(`There is no address of ${url.hostname}.`);
    const ruling = policies.rulingFor({ account, ...egress });
    const judged = targets.map((target) => ({ target, refused: refusing(ruling, target, own) }));
    const [first, ...others] = judged
      .filter(({ refused }) => refused === undefined)
      .map(({ target }) => target.address);
    return {
      addresses: first === undefined ? undefined : [first, ...others],
      why: judged[0]?.refused?.why ?? 'not allowed',
    };
  }

  /** Wherever it goes. */
  async freely(post: OutgoingPost): Promise<PostAnswer> {
    return await this.#send(post, undefined);
  }

  async #targetsOf(url: URL): Promise<readonly Target[]> {
    const port = portOf(url);
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(host) !== 0) {
      const address = plainAddress(host);
      return address === undefined ? [] : [{ address, port }];
    }
    const name = host.toLowerCase();
    const { addresses, given } = await this.#o.names.addressesOf(name);
    return addresses.map((address) => ({ name, address, port, given }));
  }

  /** To one of these addresses and no other, where they are said: what was checked is what is connected to. */
  #send(
    post: OutgoingPost,
    addresses: readonly [string, ...string[]] | undefined,
    { method, msMax, answerBytesMax: bytesMax }: Sending = posting,
  ): Promise<PostAnswer> {
    const { url, headers, body } = post;
    const { promise, resolve, reject } = Promise.withResolvers<PostAnswer>();
    const signal = AbortSignal.any([this.#o.stopping, AbortSignal.timeout(msMax)]);
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(
      {
        method,
        host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: portOf(url),
        path: url.pathname + url.search,
        headers: { ...headers, ...(method === 'POST' && { 'content-length': String(body.length) }) },
        // A connection of before may lead to what is not allowed any more.
        agent: false,
        signal,
        ...(addresses !== undefined && { lookup: lookupOf(addresses), autoSelectFamily: addresses.length > 1 }),
      },
      (response) => {
        answerOf(response, bytesMax).then(resolve, reject);
      },
    );
    request.on('error', (cause) =>
      reject(new Error(`The request to ${url.host} failed: ${reasonOf(cause)}.`, { cause })),
    );
    request.end(body);
    return promise;
  }
}

/** Not the message, which has the address: where names lead in the networks around this machine is nothing for owners of functions. */
function reasonOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}

function lookupOf(addresses: readonly [string, ...string[]]): LookupFunction {
  return (_name, options, found) => {
    const all = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
    if (options.all === true) found(null, all);
    else found(null, addresses[0], isIPv6(addresses[0]) ? 6 : 4);
  };
}

async function answerOf(response: IncomingMessage, bytesMax: number): Promise<PostAnswer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response) {
    const chunk = Buffer.from(part);
    bytes += chunk.length;
    parts.push(chunk);
    // The rest is of no interest, and whoever sends it may go on for ever.
    if (bytes > bytesMax) break;
  }
  const text = Buffer.concat(parts).subarray(0, bytesMax).toString();
  return { status: response.statusCode ?? 0, text };
}

function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

/** What plain code of an I/O path is given. */
export interface PathObject {
  readonly operation: 'get' | 'put';
  readonly bucket: string;
  readonly key: string;
  /** Of what comes in, where it is known. */
  readonly bytes?: number;
  readonly etag?: string;
  readonly range?: string;
  readonly partNumber?: number;
  /** What was said of the function when the path was set. */
  readonly payload: string;
  /** May be set to others until the first bytes are given. */
  contentType: string;
  metadata: Record<string, string>;
  /** The bytes, as they come. */
  readonly body: AsyncIterable<Uint8Array>;
  /** All of them at once: for what is small. */
  text(): Promise<string>;
}

/** Code of an I/O path: gives what comes out, as bytes or texts. An error that it throws with a `code` and a `status` reaches the client as such. */
export type PathCode = (object: PathObject) => AsyncIterable<Uint8Array | string>;

type Headers = Readonly<Record<string, string | number>>;
interface PathEvent {
  readonly heddle: Omit<PathObject, 'body' | 'payload' | 'text'> & { readonly outputUrl: string };
  readonly configuration: { readonly payload: string };
  readonly getObjectContext?: { readonly inputS3Url: string };
  readonly putObjectContext?: { readonly inputS3Url: string };
}

/**
 * The handler around plain code: reads from the one address of the event, and writes to the other. Its text goes into functions as it is, so that it uses
 * nothing from around it. `http`: Node's.
 */
export function pathHandler(code: PathCode, http: typeof import('node:http')): (event: PathEvent) => Promise<null> {
  const aheadBytesMax = 1_048_576;
  const ask = (url: string, method: string, headers: Headers): import('node:http').ClientRequest =>
    http.request(url, { method, headers: { ...headers }, agent: false });
  const answer = (request: import('node:http').ClientRequest): Promise<import('node:http').IncomingMessage> =>
    new Promise((resolve, reject) => request.once('response', resolve).once('error', reject));
  const read = async (response: import('node:http').IncomingMessage): Promise<string> => {
    const parts: Uint8Array[] = [];
    for await (const part of response) parts.push(part);
    return Buffer.concat(parts).toString();
  };
  const drained = (request: import('node:http').ClientRequest): Promise<void> =>
    new Promise((resolve, reject) => {
      const done = (act: () => void) => (): void => {
        request.off('drain', ok).off('error', failed).off('close', closed);
        act();
      };
      const ok = done(resolve);
      const failed = done(() => reject(new Error('What comes out is not read any longer.')));
      const closed = failed;
      request.on('drain', ok).on('error', failed).on('close', closed);
    });

  return async (event) => {
    const { heddle, configuration, getObjectContext, putObjectContext } = event;
    const { inputS3Url = '' } = getObjectContext ?? putObjectContext ?? {};
    const { outputUrl, ...about } = heddle;
    const asking = ask(inputS3Url, 'GET', {});
    asking.end();
    const input = await answer(asking);
    if (input.statusCode !== 200)
      throw new Error(`The object could not be read: ${input.statusCode} ${await read(input)}`);
    const object: PathObject = {
      ...about,
      payload: configuration.payload,
      contentType: about.contentType ?? 'binary/octet-stream',
      metadata: { ...about.metadata },
      body: input,
      text: () => read(input),
    };
    const write = (more: Headers): import('node:http').ClientRequest => {
      const metadata = Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
      const type = { 'x-amz-fwd-header-content-type': object.contentType };
      const request = ask(outputUrl, 'POST', { ...type, ...Object.fromEntries(metadata), ...more });
      // Told of by `drained` and `answer`, too.
      request.on('error', () => undefined);
      return request;
    };
    let output: import('node:http').ClientRequest | undefined;
    try {
      for await (const part of code(object)) {
        output ??= write({});
        if (output.destroyed) throw new Error('What comes out is not read any longer.');
        // Further ahead than one part, so that reading and writing go on beside each other.
        if (!output.write(part) && output.writableLength > aheadBytesMax) await drained(output);
      }
    } catch (error) {
      input.destroy();
      if (output !== undefined) {
        output.destroy();
        throw error;
      }
      const said =
        typeof error === 'object' && error !== null && 'code' in error && 'status' in error ? error : undefined;
      if (said === undefined) throw error;
      const message = (error instanceof Error ? error.message : '').replaceAll(/[^\x20-\x7e]/g, '?');
      output = write({
        'x-amz-fwd-status': Number(said.status),
        'x-amz-fwd-error-code': String(said.code),
        'x-amz-fwd-error-message': message,
      });
    }
    output ??= write({});
    const answering = answer(output);
    output.end();
    const { statusCode } = (await answering).resume();
    if (statusCode !== 200) throw new Error(`What came out was not taken: ${statusCode}.`);
    input.destroy();
    return null;
  };
}

/** The module of a function that has plain code in `codeFile` beside it. */
export function pathModule(codeFile: string): string {
  return `import http from 'node:http';\nimport code from ${JSON.stringify(codeFile)};\n${pathHandler.toString()}\nexport const handler = pathHandler(code, http);\n`;
}

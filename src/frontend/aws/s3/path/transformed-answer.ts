import { ObjectError } from '../../../../objects/errors.ts';
import { checkRead } from '../../../../objects/rules/conditions.ts';
import { connectionGone } from '../../../http/connection-gone.ts';
import type { S3Call, S3Operation, S3Reply } from '../context.ts';
import { conditionsOf } from '../objects/conditions-of.ts';
import { objectHeaders } from '../objects/get-object.ts';
import { runAnswering } from './run-step.ts';
import type { PathStep } from './settings.ts';
import { sourceOf } from './transformed-get.ts';

type Answer = Readonly<Record<string, unknown>>;

const valuePattern = /^[\t\x20-\x7e\x80-\xff]*$/;
/** What is about the connection. */
const own = /^(?:connection|date|keep-alive|te|trailer|transfer-encoding|upgrade)$/;

/** `HEAD` through functions, which answer with headers: each is told those of the one before, and the last's are the answer. */
export async function transformedHead(call: S3Call, steps: readonly PathStep[]): Promise<S3Reply> {
  using reading = call.context.store.read(call.bucket(), call.objectKey);
  const { object } = reading;
  checkRead(conditionsOf(call.headers), object);
  let headers: Readonly<Record<string, string>> = { ...objectHeaders(object), 'content-length': String(object.bytes) };
  for (const step of steps) {
    const input = { ...sourceOf(reading), headers };
    const answer = await runAnswering({
      call,
      kind: 'head',
      step,
      input,
      object,
      cancel: connectionGone(call.request.socket),
    });
    checkAnswer(answer, step);
    const said = headersOf(answer);
    const length = said['content-length'] ?? headers['content-length'] ?? '0';
    headers = { ...said, 'content-length': /^\d{1,15}$/.test(length) ? length : '0' };
  }
  return { status: 200, headers };
}

/** `LIST` through functions, each of which gets the document and answers with another. */
export async function transformedList(call: S3Call, steps: readonly PathStep[], plain: S3Operation): Promise<S3Reply> {
  let xml = (await plain(call))?.xml ?? '';
  for (const step of steps) {
    const bytes = Buffer.from(xml);
    const read = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes;
    };
    const input = { headers: { 'content-type': 'application/xml' }, bytes: bytes.length, read };
    const answer = await runAnswering({ call, kind: 'list', step, input, cancel: connectionGone(call.request.socket) });
    checkAnswer(answer, step);
    const { listResultXml } = answer;
    if (typeof listResultXml !== 'string')
      throw new ObjectError(
        'LambdaResponseNotReceived',
        `The function ${step.function} that lists go through gave no listResultXml.`,
      );
    xml = listResultXml;
  }
  return { status: 200, xml };
}

function checkAnswer({ statusCode = 200, errorCode, errorMessage }: Answer, step: PathStep): void {
  const status = Number(statusCode);
  if (status >= 200 && status < 300) return;
  throw new ObjectError(
    {
      code: /^[A-Za-z0-9]{1,64}$/.test(textOf(errorCode)) ? textOf(errorCode) : 'FunctionFailed',
      status: status >= 400 && status <= 599 ? status : 424,
    },
    (textOf(errorMessage) || `The function ${step.function} refuses it.`).slice(0, 1_024),
  );
}

function headersOf({ headers }: Answer): Readonly<Record<string, string>> {
  const told: Record<string, string> = {};
  for (const [name, value] of Object.entries(typeof headers === 'object' && headers !== null ? headers : {})) {
    const lower = name.toLowerCase();
    if (/^[a-z0-9-]{1,128}$/.test(lower) && !own.test(lower) && valuePattern.test(String(value)))
      told[lower] = String(value);
  }
  return told;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

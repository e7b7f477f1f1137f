import { createHash } from 'node:crypto';
import type { OutsideServiceSetting } from '../../model/functions/settings.ts';
import type { DeliveryDetail } from '../async/detail.ts';
import { DestinationError, type Destination, type OutsideService } from './destination.ts';
import type { Post } from './posting.ts';

/** How AWS's services, or what speaks like them, are reached. */
export interface OutsideSettings {
  readonly services: Partial<Readonly<Record<OutsideService, OutsideServiceSetting>>>;
  /** The account of whoever runs the service. */
  readonly ownAccount: string;
}

type Outside = Extract<Destination, { kind: 'outside' }>;

export interface Sent {
  readonly requestId: string;
  readonly payload: Uint8Array;
  readonly delivery: DeliveryDetail;
}

/** A request that is signed, and what its answer says went wrong, if something did. */
export interface OutsideRequest {
  readonly post: Post;
  readonly refusal: (status: number, text: string) => string | undefined;
}

/** How a service is reached for an account's functions. Throws DestinationError, which says what to configure. */
export function settingFor(
  { service, arn }: Pick<Outside, 'service' | 'arn'>,
  account: string,
  { services, ownAccount }: OutsideSettings,
): OutsideServiceSetting {
  const setting = services[service];
  if (setting === undefined)
    throw new DestinationError(
      `Nothing says how ${arn} is reached. Put "destinations": {"${service}": {"endpoint": "https://…", "accessKeyId": "…", "secretAccessKey": "…"}} into the service's config.json.`,
    );
  if (account === ownAccount || setting.accounts?.includes(account) === true) return setting;
  throw new DestinationError(
    `Functions of the account ${account} may not send to ${arn}: name it in "accounts" of "destinations" in the service's config.json.`,
  );
}

/** The request that carries it. */
export async function requestTo(
  to: Outside,
  account: string,
  sent: Sent,
  settings: OutsideSettings,
): Promise<OutsideRequest> {
  const setting = settingFor(to, account, settings);
  const { headers, body } = bodies[to.service](to, sent, setting);
  const url = new URL(setting.endpoint);
  // Loaded for the first who needs them: most services never do.
  const [{ Hash }, { HttpRequest }, { SignatureV4 }] = await Promise.all([
    import('@smithy/hash-node'),
    import('@smithy/protocol-http'),
    import('@smithy/signature-v4'),
  ]);
  const request = new HttpRequest({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port !== '' && { port: Number(url.port) }),
    path: url.pathname,
    headers: { host: url.host, ...headers },
    body,
  });
  const { accessKeyId, secretAccessKey, sessionToken } = setting;
  const signer = new SignatureV4({
    service: to.service,
    region: setting.region ?? to.region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    sha256: Hash.bind(null, 'sha256'),
  });
  const signed = await signer.sign(request);
  const { host: _, ...signedHeaders } = signed.headers;
  return { post: { url, headers: signedHeaders, body: Buffer.from(body) }, refusal: refusals[to.service] };
}

interface Body {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const jsonHeaders = (target: string): Readonly<Record<string, string>> => ({
  'content-type': `application/x-amz-json-1.${target.startsWith('AmazonSQS') ? '0' : '1'}`,
  'x-amz-target': target,
});

const bodies: Readonly<Record<OutsideService, (to: Outside, sent: Sent, setting: OutsideServiceSetting) => Body>> = {
  sqs: ({ account, name }, { requestId, payload, delivery }, { endpoint }) => {
    const fifo = name.endsWith('.fifo');
    const once = createHash('sha256').update(`${requestId}\0${delivery.functionArn}`).digest('hex');
    return {
      headers: jsonHeaders('AmazonSQS.SendMessage'),
      body: JSON.stringify({
        QueueUrl: new URL(`/${account}/${name}`, endpoint).href,
        MessageBody: Buffer.from(payload).toString(),
        ...(delivery.attributes !== undefined && { MessageAttributes: attributesOf(delivery) }),
        ...(delivery.trace !== undefined && {
          MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: delivery.trace } },
        }),
        ...(fifo && { MessageGroupId: delivery.functionName, MessageDeduplicationId: once }),
      }),
    };
  },
  sns: ({ arn }, { payload, delivery }) => {
    const form = new URLSearchParams({ Action: 'Publish', Version: '2010-03-31', TopicArn: arn });
    form.set('Message', Buffer.from(payload).toString());
    for (const [at, [name, value]] of Object.entries(attributesOf(delivery)).entries()) {
      const entry = `MessageAttributes.entry.${at + 1}`;
      form.set(`${entry}.Name`, name);
      form.set(`${entry}.Value.DataType`, value.DataType);
      form.set(`${entry}.Value.StringValue`, value.StringValue);
    }
    return { headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, body: form.toString() };
  },
  events: ({ arn, name }, { payload, delivery }) => ({
    headers: jsonHeaders('AWSEvents.PutEvents'),
    body: JSON.stringify({
      Entries: [
        {
          EventBusName: name === 'default' ? name : arn,
          Source: 'lambda',
          DetailType: `Lambda Function Invocation Result - ${delivery.succeeded ? 'Success' : 'Failure'}`,
          Detail: Buffer.from(payload).toString(),
          Resources: [arn, delivery.functionArn],
        },
      ],
    }),
  }),
};

function attributesOf({ attributes }: DeliveryDetail): Record<string, { DataType: string; StringValue: string }> {
  const typed = (DataType: string, values: Readonly<Record<string, string>> = {}) =>
    Object.entries(values).map(([name, StringValue]) => [name, { DataType, StringValue }] as const);
  return Object.fromEntries([...typed('String', attributes?.text), ...typed('Number', attributes?.number)]);
}

const byStatus = (status: number, text: string): string | undefined =>
  status >= 200 && status <= 299 ? undefined : `It was answered with ${status}: ${text.slice(0, 300)}`;

const refusals: Readonly<Record<OutsideService, OutsideRequest['refusal']>> = {
  sqs: byStatus,
  sns: byStatus,
  // Its answer is 200 whatever became of the events in it.
  events: (status, text) =>
    byStatus(status, text) ?? (/"FailedEntryCount":\s*[1-9]/.test(text) ? text.slice(0, 300) : undefined),
};

const refusedForGood =
  /^(InvalidParameter(Value)?|InvalidMessageContents|InvalidArgument|MalformedDetail|Validation(Error)?|RequestEntityTooLarge)(Exception)?$/;

/** Whether an answer of one of AWS's services says that it will never take this, such as what is too large for it: to ask again is no use. */
export function neverTaken(status: number, text: string): boolean {
  if (status === 413) return true;
  if (status >= 401) return false;
  const [, code = ''] = /(?:"(?:__type|ErrorCode)"\s*:\s*"(?:[^"]*#)?|<Code>)([A-Za-z.]+)/.exec(text) ?? [];
  return refusedForGood.test(code);
}

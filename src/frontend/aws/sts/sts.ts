import { ApiError, errorReply } from '../../../api/errors.ts';
import type { FrontendOptions } from '../../context.ts';
import { IssuerKeys } from '../../policies/keys-of-issuer.ts';
import { once } from '../../routes/loaded-later.ts';
import type { ApiReply } from '../../routes/operation.ts';
import type { AwsApi } from '../aws-api.ts';
import { identityOf } from '../identity.ts';
import { escapedXml } from '../xml.ts';
import type { StsResult } from './assume-role.ts';
import { formOf } from './form.ts';
import { StsError } from './sts-error.ts';

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';
const queryType = 'text/xml';
const known = ['AssumeRole', 'AssumeRoleWithWebIdentity', 'GetCallerIdentity'];

/** STS's own names of what other APIs call otherwise. */
const names: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  UnrecognizedClientException: 'InvalidClientTokenId',
  InvalidSignatureException: 'SignatureDoesNotMatch',
  IncompleteSignatureException: 'IncompleteSignature',
  MissingAuthenticationTokenException: 'MissingAuthenticationToken',
  ExpiredTokenException: 'ExpiredToken',
  UnknownOperationException: 'InvalidAction',
  TooManyRequestsException: 'Throttling',
  ServiceException: 'InternalFailure',
};

/**
 * AWS's Security Token Service: who am I, and let me be who has this role (`assume-role.ts`). Keys of an account answer as AWS's of its root user
 * do, those that code in functions has as a role's. https://docs.aws.amazon.com/STS/latest/APIReference/Welcome.html
 */
export function sts(options: FrontendOptions): AwsApi {
  const loaded = once(async () => await import('./assume-role.ts'));
  const keys = new IssuerKeys(options.fetchFor, options.clock);
  const run = async (operation: string, work: () => Promise<StsResult>, requestId: string): Promise<ApiReply> => {
    try {
      return answer(operation, await work(), requestId);
    } catch (error) {
      if (!(error instanceof StsError)) throw error;
      // What exactly an issuer said is for the role's owner, not for whoever has shown a token.
      if (error.code.startsWith('IDP'))
        options.logger.warn({ err: error }, 'The keys of an issuer of tokens could not be had.');
      return refused(error.code, error.message, error.status, requestId);
    }
  };
  return {
    service: 'sts',
    // Who he is, everybody may know.
    asks: (operation) => operation === 'GetCallerIdentity' || operation === 'AssumeRole',
    operation: ({ query, body }) => formOf(query, body).get('Action') ?? '',
    async run(operation, { key, requestId, query, body }) {
      if (operation === 'GetCallerIdentity') {
        const { arn, userId } = identityOf(key);
        return answer(operation, { Arn: arn, UserId: userId, Account: key.account }, requestId);
      }
      if (operation !== 'AssumeRole') throw unknown(operation);
      const { assumeRole } = await loaded();
      return await run(operation, async () => await assumeRole(options, formOf(query, body), key), requestId);
    },
    unsigned: new Set(['AssumeRoleWithWebIdentity']),
    async runUnsigned(operation, { query, body }, requestId) {
      const { assumeRoleWithWebIdentity } = await loaded();
      return await run(
        operation,
        async () => await assumeRoleWithWebIdentity(options, formOf(query, body), keys),
        requestId,
      );
    },
    refusal(error, requestId) {
      const { status, headers } = errorReply(error);
      // STS has no 429.
      return refused(names[error.name] ?? error.name, error.message, status === 429 ? 400 : status, requestId, headers);
    },
  };
}

function unknown(operation: string): ApiError {
  return new ApiError(
    'UnknownOperationException',
    `The operation ${operation.slice(0, 64) || '(none)'} of STS is not in Heddle: only ${known.join(', ')} are.`,
    { status: 400 },
  );
}

function answer(operation: string, result: StsResult, requestId: string): ApiReply {
  return xml(
    200,
    `<${operation}Response xmlns="${namespace}"><${operation}Result>${elements(result)}</${operation}Result>` +
      `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
  );
}

function elements(result: StsResult): string {
  return Object.entries(result)
    .map(
      ([name, value]) =>
        `<${name}>${typeof value === 'object' ? elements(value) : escapedXml(String(value))}</${name}>`,
    )
    .join('');
}

function refused(code: string, message: string, status: number, requestId: string, headers = {}): ApiReply {
  const type = status >= 500 ? 'Receiver' : 'Sender';
  return xml(
    status,
    `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${code}</Code><Message>${escapedXml(message)}</Message></Error>` +
      `<RequestId>${requestId}</RequestId></ErrorResponse>`,
    headers,
  );
}

function xml(status: number, text: string, headers: Readonly<Record<string, string>> = {}): ApiReply {
  return { status, headers: { ...headers, 'content-type': queryType }, body: Buffer.from(`${text}\n`) };
}

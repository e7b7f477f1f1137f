import { ApiError } from '../../api/errors.ts';
import type { SignatureClaim, SignedRequest } from './signature-claim.ts';

/** Where clients believe STS and S3 to be that are told of no region. */
const globalRegion = 'us-east-1';
const global: ReadonlySet<SignedService> = new Set(['s3', 's3-object-lambda', 'sts']);

/** How far a client's clock may be off, as AWS Lambda has it. Also how long a header-signed request can be replayed. */
const skewMsMax = 300_000;

/** AWS's APIs that this service speaks: what a signature is scoped to. */
export type SignedService = 'lambda' | 'logs' | 's3' | 's3-object-lambda' | 'scheduler' | 'sqs' | 'sts';

/** Every other `x-amz-` header changes what is asked for; this one some browsers' clients add after signing. */
const unsignedName = 'x-amz-user-agent';

/** What a signature must say of itself, whoever made it. Throws what AWS throws. `wallMs`: now. */
export function checkClaim(
  claim: SignatureClaim,
  request: SignedRequest,
  region: string,
  wallMs: number,
  sessionToken?: string,
  service: SignedService = 'lambda',
): void {
  const token = request.headers['x-amz-security-token'] ?? request.query['X-Amz-Security-Token'];
  // Our own clients send none, whatever their key is.
  if (token !== undefined && token !== sessionToken)
    throw new ApiError('UnrecognizedClientException', 'The security token included in the request is invalid.');
  if (claim.service !== service) throw invalid(`Credential should be scoped to correct service: '${service}'.`);
  if (claim.region !== region && !(global.has(service) && claim.region === globalRegion))
    throw invalid(
      `Credential should be scoped to a valid region. This service is region '${region}', the request was signed for '${claim.region.slice(0, 40)}'; set AWS_REGION.`,
    );
  if (!claim.amzDate.startsWith(claim.date))
    throw invalid(`Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.`);
  checkSignedHeaders(claim, request);
  // The clock of a guest may be another than the service's, which may be set: the key of a container is only as old as that.
  if (sessionToken === undefined || claim.expiresSeconds !== undefined) checkTime(claim, wallMs);
}

/** The rest, of credentials of a role that was taken: they come with their token, hold for a time, and are used by clients with a clock. */
export function checkRoleSession(
  claim: SignatureClaim,
  request: SignedRequest,
  expiresAt: number,
  wallMs: number,
): void {
  if ((request.headers['x-amz-security-token'] ?? request.query['X-Amz-Security-Token']) === undefined)
    throw new ApiError('UnrecognizedClientException', 'The security token included in the request is invalid.');
  if (expiresAt <= wallMs)
    throw new ApiError('ExpiredTokenException', 'The security token included in the request is expired');
  checkTime(claim, wallMs);
}

function checkSignedHeaders(claim: SignatureClaim, request: SignedRequest): void {
  if (!claim.signedHeaders.includes('host')) throw invalid(`'Host' must be a signed header.`);
  if (claim.expiresSeconds === undefined && !claim.signedHeaders.includes('x-amz-date'))
    throw invalid(`'X-Amz-Date' must be a signed header.`);
  for (const name in request.headers)
    if (name.startsWith('x-amz-') && name !== unsignedName && !claim.signedHeaders.includes(name))
      throw invalid(`'${name.slice(0, 80)}' must be a 'SignedHeader' in the AWS Authorization.`);
  const absent = claim.signedHeaders.find((name) => typeof request.headers[name] !== 'string');
  if (absent !== undefined) throw invalid(`The signed header '${absent.slice(0, 80)}' is not in the request.`);
}

function checkTime({ amzDate, expiresSeconds }: SignatureClaim, wallMs: number): void {
  const signedMs = parseStamp(amzDate);
  // Compared this way round so that a date that is none (NaN) is refused.
  if (!(signedMs <= wallMs + skewMsMax))
    throw invalid(
      `Signature not yet current: ${amzDate} is still later than ${stamp(wallMs + skewMsMax)} (${stamp(wallMs)} + 5 min.)`,
    );
  if (expiresSeconds !== undefined) {
    if (signedMs + expiresSeconds * 1_000 < wallMs)
      throw invalid(
        `Signature expired: ${stamp(signedMs + expiresSeconds * 1_000)} is now earlier than ${stamp(wallMs)}.`,
      );
  } else if (signedMs < wallMs - skewMsMax)
    throw invalid(
      `Signature expired: ${amzDate} is now earlier than ${stamp(wallMs - skewMsMax)} (${stamp(wallMs)} - 5 min.)`,
    );
}

/** NaN for what is no such date. What came last is remembered: stamps have whole seconds, and many requests share one. */
function parseStamp(amzDate: string): number {
  if (amzDate === lastStamp.amzDate) return lastStamp.ms;
  const [date, time] = [amzDate.slice(0, 8), amzDate.slice(8)];
  const ms = Date.parse(
    `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}${time.slice(0, 3)}:${time.slice(3, 5)}:${time.slice(5)}`,
  );
  lastStamp = { amzDate, ms };
  return ms;
}

let lastStamp = { amzDate: '', ms: Number.NaN };

function stamp(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidSignatureException', message);
}

import {
  invokeModes,
  urlAuthTypes,
  urlText,
  type FunctionUrl,
  type InvokeMode,
  type UrlAuthType,
  type UrlCors,
} from '../model/functions/function-url.ts';
import { constraintError } from './constraint.ts';
import { optionalBoolean, optionalInteger, optionalObject, optionalString, type JsonInput } from './json-input.ts';
import { ApiError } from './errors.ts';

/** What a request says of a URL; what is left out is not said. */
export interface UrlSaid {
  readonly authType?: UrlAuthType;
  readonly cors?: UrlCors;
  readonly invokeMode?: InvokeMode;
}

/** Reads the body of CreateFunctionUrlConfig or UpdateFunctionUrlConfig. Throws ValidationException in AWS's words. */
export function urlSaid(input: JsonInput): UrlSaid {
  const authType = oneOf(input, 'AuthType', urlAuthTypes);
  const invokeMode = oneOf(input, 'InvokeMode', invokeModes);
  const cors = optionalObject(input, 'Cors');
  return {
    ...(authType !== undefined && { authType }),
    ...(invokeMode !== undefined && { invokeMode }),
    ...(cors !== undefined && { cors: corsOf(cors) }),
  };
}

/** `qualifier`: of the URL's function, an alias. Throws ValidationException for a number and for `$LATEST`. */
export function checkUrlQualifier(qualifier: string | undefined): void {
  if (qualifier === undefined || /^(?!\d+$)[0-9a-zA-Z-_]+$/.test(qualifier)) return;
  // As AWS prints it, odd as it is.
  const pattern = '((?!^\\d+$)^[0-9a-zA-Z-_]+$)';
  throw constraintError('qualifier', qualifier, `Member must satisfy regular expression pattern: ${pattern}`);
}

/** `FunctionUrlConfig` of the Lambda API, but for `InvokeMode`. `arn`: of the function, with its qualifier. */
export function urlConfigWire(url: FunctionUrl, arn: string, authority: string): object {
  const { cors = {} } = url;
  return {
    FunctionUrl: urlText(url.urlId, authority),
    FunctionArn: arn,
    AuthType: url.authType,
    ...(Object.keys(cors).length > 0 && { Cors: corsWire(cors) }),
    CreationTime: new Date(url.createdAt).toISOString(),
  };
}

/** The same whole, as all answers but that of CreateFunctionUrlConfig have it. */
export function wholeUrlConfigWire(url: FunctionUrl, arn: string, authority: string): object {
  const LastModifiedTime = new Date(url.modifiedAt).toISOString();
  return { ...urlConfigWire(url, arn, authority), LastModifiedTime, InvokeMode: url.invokeMode };
}

function oneOf<Value extends string>(input: JsonInput, name: string, values: readonly Value[]): Value | undefined {
  const text = optionalString(input, name);
  const found = values.find((value) => value === text);
  if (text === undefined || found !== undefined) return found;
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  throw constraintError(member, text, `Member must satisfy enum value set: [${values.join(', ')}]`);
}

function corsOf(input: JsonInput): UrlCors {
  const maxAge = optionalInteger(input, 'MaxAge');
  const allowHeaders = texts(input, 'AllowHeaders');
  const allowMethods = texts(input, 'AllowMethods');
  const allowOrigins = texts(input, 'AllowOrigins');
  const exposeHeaders = texts(input, 'ExposeHeaders');
  return {
    ...((input['AllowCredentials'] ?? undefined) !== undefined && {
      allowCredentials: optionalBoolean(input, 'AllowCredentials'),
    }),
    ...(allowHeaders !== undefined && { allowHeaders }),
    ...(allowMethods !== undefined && { allowMethods }),
    ...(allowOrigins !== undefined && { allowOrigins }),
    ...(exposeHeaders !== undefined && { exposeHeaders }),
    ...(maxAge !== undefined && { maxAge }),
  };
}

/** How many there may be, and how long, the model says before anything comes here. */
function texts(input: JsonInput, name: string): readonly string[] | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  const member = `cors.${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw new ApiError('InvalidRequestContentException', `The member '${member}' must be a list of texts.`);
  // They become parts of header lines.
  const odd = value.find((item) => /[^\x20-\x7e]/.test(item));
  if (odd !== undefined) throw constraintError(member, odd, 'Member must satisfy regular expression pattern: .*');
  return value.map(String);
}

function corsWire(cors: UrlCors): object {
  const { allowCredentials, allowHeaders, allowMethods, allowOrigins, exposeHeaders, maxAge } = cors;
  return {
    ...(allowCredentials !== undefined && { AllowCredentials: allowCredentials }),
    ...(allowHeaders !== undefined && { AllowHeaders: allowHeaders }),
    ...(allowMethods !== undefined && { AllowMethods: allowMethods }),
    ...(allowOrigins !== undefined && { AllowOrigins: allowOrigins }),
    ...(exposeHeaders !== undefined && { ExposeHeaders: exposeHeaders }),
    ...(maxAge !== undefined && { MaxAge: maxAge }),
  };
}

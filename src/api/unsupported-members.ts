import { ApiError } from './errors.ts';
import type { JsonInput } from './json-input.ts';

/** AWS's name for the one kind of processor that Heddle runs on. */
export const architecture = 'x86_64';

/**
 * Members of the API's requests that the service does not have yet, and the values of each that ask for nothing: those
 * are accepted, because stock tools send them. Anything else is refused, since ignoring it would be a lie.
 */
const askForNothing: Readonly<Record<string, (value: unknown) => boolean>> = {
  Architectures: (value) => Array.isArray(value) && value.every((name) => name === architecture),
  CapacityProviderConfig: isEmpty,
  CodeSigningConfigArn: isEmpty,
  FileSystemConfigs: isEmpty,
  ImageConfig: isEmpty,
  KMSKeyArn: isEmpty,
  PackageType: (value) => value === 'Zip',
  PublishTo: isEmpty,
  SnapStart: (value) => isEmpty(value) || member(value, 'ApplyOn') === 'None',
  SourceKMSKeyArn: isEmpty,
};

/** Throws InvalidParameterValueException that names the first member that asks for what is not there. */
export function checkUnsupported(input: JsonInput): void {
  for (const [name, asksForNothing] of Object.entries(askForNothing)) {
    const value = input[name] ?? undefined;
    if (value === undefined || asksForNothing(value)) continue;
    throw new ApiError('InvalidParameterValueException', `${hint(name)} Leave ${name} out of the request.`);
  }
}

function hint(name: string): string {
  if (name === 'Architectures') return `Functions run on ${architecture} here.`;
  if (name === 'PackageType') return 'Container images are not supported; upload a zip file.';
  return `${name} is not there yet.`;
}

/** Nothing in it but nothings: `null`, `''`, `[]`, `{}`, `{SubnetIds: []}` and so on. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false) return true;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

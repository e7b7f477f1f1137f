import { createHash } from 'node:crypto';
import { SqsError } from '../../../api/sqs/errors.ts';

/** One attribute of a message, in SQS's shape; binary values in base64. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

const countMax = 10;
const nameUnitsMax = 256;
const typeUnitsMax = 256;

/** Throws InvalidParameterValueException for what SQS does not take. */
export function checkAttributes(attributes: MessageAttributes): void {
  const entries = Object.entries(attributes);
  if (entries.length > countMax)
    throw refuse(`Number of message attributes [${entries.length}] exceeds the allowed maximum [${countMax}].`);
  for (const [name, attribute] of entries) {
    checkName(name);
    checkValue(name, attribute);
  }
}

function checkName(name: string): void {
  if (name.length > nameUnitsMax || name === '')
    throw refuse(`Message (user) attribute names must be 1 to ${nameUnitsMax} characters long.`);
  if (!/^[A-Za-z0-9_.-]+$/.test(name))
    throw refuse(
      'Message (user) attributes name can only contain upper and lower score characters, digits, periods, hyphens and underscores.',
    );
  if (/^(aws|amazon)\./i.test(name) || /^\.|\.$|\.\./.test(name))
    throw refuse(
      "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use. Additionally, they cannot start or end with '.', or have two of them in succession.",
    );
}

function checkValue(name: string, { DataType, StringValue, BinaryValue }: MessageAttribute): void {
  const [kind] = DataType.split('.', 1);
  if (DataType.length > typeUnitsMax)
    throw refuse(`Message (user) attribute types must be shorter than ${typeUnitsMax} characters.`);
  if (kind !== 'String' && kind !== 'Number' && kind !== 'Binary')
    throw refuse(
      `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  const value = kind === 'Binary' ? BinaryValue : StringValue;
  if (value === undefined || value === '')
    throw refuse(
      `Message (user) attribute '${name}' must contain a non-empty value of type '${kind === 'Number' ? 'String' : kind}'.`,
    );
  if (kind === 'Number' && !isNumber(value))
    throw refuse(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  if (kind !== 'Binary') checkCharacters(value);
}

/** 38 digits of precision, from -10^128 to 10^126. */
function isNumber(value: string): boolean {
  const [, digits = '', fraction = ''] = /^[+-]?(\d*)\.?(\d*)(?:[eE][+-]?\d{1,3})?$/.exec(value) ?? [];
  const significant = `${digits}${fraction}`.replace(/^0+/, '');
  if (digits === '' && fraction === '') return false;
  const number = Number(value);
  return significant.length <= 38 && number >= -1e128 && number <= 1e126;
}

/** What XML could not carry: such a body would make answers unreadable. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const strange = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/;

/** Throws InvalidMessageContents. */
export function checkCharacters(text: string): void {
  if (strange.test(text) || !text.isWellFormed())
    throw new SqsError(
      'InvalidMessageContents',
      'Invalid characters were found. Valid unicode characters are: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.',
    );
}

/** What attributes count for a message's size. */
export function attributesBytes(attributes: MessageAttributes): number {
  let bytes = 0;
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes))
    bytes +=
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      Buffer.byteLength(StringValue ?? '') +
      Buffer.byteLength(BinaryValue ?? '', 'base64');
  return bytes;
}

/**
 * The MD5 by which clients check attributes: of each, by name, its name, its type, 1 for text or 2 for bytes, and its value, lengths first.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export function attributesMd5(attributes: MessageAttributes): string {
  const hash = createHash('md5');
  const part = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes).toSorted(byName)) {
    part(Buffer.from(name));
    part(Buffer.from(DataType));
    const binary = DataType.startsWith('Binary');
    hash.update(Buffer.from([binary ? 2 : 1]));
    part(binary ? Buffer.from(BinaryValue ?? '', 'base64') : Buffer.from(StringValue ?? ''));
  }
  return hash.digest('hex');
}

/** The attributes that a receiver asks for: by name, by a beginning (`foo.*`), or all. */
export function chosenAttributes(attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes {
  const prefixes = wanted.flatMap((name) => (name.endsWith('.*') ? [name.slice(0, -2)] : []));
  const all = wanted.includes('All') || wanted.includes('.*');
  const takes = (name: string): boolean =>
    all || wanted.includes(name) || prefixes.some((prefix) => prefix !== '' && name.startsWith(prefix));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => takes(name)));
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function refuse(message: string): SqsError {
  return new SqsError('InvalidParameterValueException', message);
}

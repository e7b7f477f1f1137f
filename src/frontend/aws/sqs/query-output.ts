import { escapedXml } from '../xml.ts';

/** Members of answers that are maps: the element of each entry, and those of its key. */
const maps: Readonly<Record<string, readonly [element: string, key: string]>> = {
  Attributes: ['Attribute', 'Name'],
  MessageAttributes: ['MessageAttribute', 'Name'],
  Tags: ['Tag', 'Key'],
};

/** Operations whose answers have no members. */
const silent: ReadonlySet<string> = new Set([
  ...['AddPermission', 'ChangeMessageVisibility', 'DeleteMessage', 'DeleteQueue', 'PurgeQueue', 'RemovePermission'],
  ...['SetQueueAttributes', 'TagQueue', 'UntagQueue'],
]);

/** The answer of an operation in XML, as the query protocol has it. */
export function resultXml(operation: string, output: Readonly<Record<string, unknown>>): string {
  return silent.has(operation) ? '' : element(`${operation}Result`, membersXml(operation, output));
}

function membersXml(operation: string, members: object): string {
  return Object.entries(members)
    .map(([name, value]: readonly [string, unknown]) => memberXml(operation, name, value))
    .join('');
}

function memberXml(operation: string, name: string, value: unknown): string {
  if (value === undefined) return '';
  const map = maps[name];
  if (map !== undefined && typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([key, one]: readonly [string, unknown]) =>
        element(map[0], element(map[1], escapedXml(key)) + memberXml(operation, 'Value', one)),
      )
      .join('');
  if (Array.isArray(value))
    return value.map((one: unknown) => memberXml(operation, itemOf(operation, name), one)).join('');
  if (typeof value === 'object' && value !== null) return element(name, membersXml(operation, value));
  return element(name, escapedXml(typeof value === 'string' ? value : JSON.stringify(value)));
}

/** What one of a list is called. */
function itemOf(operation: string, list: string): string {
  if (list === 'Successful') return `${operation}ResultEntry`;
  if (list === 'Failed') return 'BatchResultErrorEntry';
  if (list === 'Results') return `${operation}ResultEntry`;
  return list === 'Messages' ? 'Message' : 'QueueUrl';
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

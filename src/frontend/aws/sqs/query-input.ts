import type { JsonInput } from '../../../api/json-input.ts';
import { SqsError } from '../../../api/sqs/errors.ts';

/** More than any request of SQS has: ten entries with ten attributes each, four parameters an attribute. */
const parametersMax = 2_000;
const depthMax = 8;

/** What parameters make when their names are taken apart at the points. */
interface Tree {
  value?: string;
  readonly parts: Map<string, Tree>;
}

/** Members that are lists, and what their parameters are called: `AttributeName.1`. */
const lists: Readonly<Record<string, string>> = {
  AttributeName: 'AttributeNames',
  MessageAttributeName: 'MessageAttributeNames',
  MessageSystemAttributeName: 'MessageSystemAttributeNames',
  TagKey: 'TagKeys',
  AWSAccountId: 'AWSAccountIds',
  ActionName: 'Actions',
};

/** Members that are maps: what they are called, and what their keys are: `Attribute.1.Name`, `Attribute.1.Value`. */
const maps: Readonly<Record<string, readonly [member: string, key: string]>> = {
  Attribute: ['Attributes', 'Name'],
  MessageAttribute: ['MessageAttributes', 'Name'],
  MessageSystemAttribute: ['MessageSystemAttributes', 'Name'],
  Tag: ['Tags', 'Key'],
};

/** What a form says, as the JSON protocol would have it. `path`: that it was sent to, which may be a queue's. */
export function queryInput(operation: string, parameters: URLSearchParams, path: string): JsonInput {
  const root: Tree = { parts: new Map() };
  let count = 0;
  for (const [name, value] of parameters) {
    if (name === 'Action' || name === 'Version' || name.startsWith('X-Amz-')) continue;
    if (++count > parametersMax) throw malformed(`It has more than ${parametersMax} parameters.`);
    put(root, name.split('.'), value);
  }
  const input = inputOf(root, operation);
  return input['QueueUrl'] === undefined && path.length > 1 ? { ...input, QueueUrl: path } : input;
}

function put(root: Tree, names: readonly string[], value: string): void {
  if (names.length > depthMax) throw malformed('The name of a parameter has too many parts.');
  let at = root;
  for (const name of names) {
    let next = at.parts.get(name);
    if (next === undefined) at.parts.set(name, (next = { parts: new Map() }));
    at = next;
  }
  at.value = value;
}

function inputOf(tree: Tree, operation: string): JsonInput {
  const input: Record<string, unknown> = {};
  for (const [name, part] of tree.parts) {
    // Names are the sender's: one may be as something that every object has.
    const list = Object.hasOwn(lists, name) ? lists[name] : undefined;
    const map = Object.hasOwn(maps, name) ? maps[name] : undefined;
    if (list !== undefined) input[list] = inOrder(part).map(({ value }) => value ?? '');
    else if (map !== undefined) input[memberOf(map[0], operation)] = mapOf(part, map[1]);
    else if (name === `${operation}RequestEntry`)
      input['Entries'] = inOrder(part).map((one) => inputOf(one, operation));
    else if (part.value !== undefined) input[name] = part.value;
  }
  return input;
}

/** The one member of the model that begins with a small letter. */
function memberOf(name: string, operation: string): string {
  return name === 'Tags' && operation === 'CreateQueue' ? 'tags' : name;
}

function mapOf(tree: Tree, key: string): JsonInput {
  return Object.fromEntries(
    inOrder(tree).map(({ parts }) => {
      const value = parts.get('Value');
      const members = [...(value?.parts ?? [])].flatMap(([name, part]) =>
        part.value === undefined ? [] : [[name, part.value]],
      );
      return [parts.get(key)?.value ?? '', members.length > 0 ? Object.fromEntries(members) : (value?.value ?? '')];
    }),
  );
}

/** What is only one, AWS's own examples do not number: `AttributeName=All`, `Attribute.Name=DelaySeconds`. */
function inOrder(tree: Tree): readonly Tree[] {
  const { parts, value } = tree;
  if (value !== undefined || [...parts.keys()].some((name) => !/^\d{1,9}$/.test(name))) return [tree];
  return [...parts].toSorted(([one], [other]) => Number(one) - Number(other)).map(([, part]) => part);
}

function malformed(message: string): SqsError {
  return new SqsError('SerializationException', message);
}

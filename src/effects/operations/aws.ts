import type { Answer } from '../model/effect.ts';
import { type Atom, data, join, type Link, textOf, type Value } from '../values/value.ts';
import {
  argumentsOn,
  type Described,
  type Draft,
  factsOf,
  inputMember,
  pathOf,
  textsIn,
  unknownDraft,
} from './draft.ts';
import { hostsIn, leavesFor } from './hosts.ts';
import { sqlManners } from './sql.ts';
import { judge } from './aws-judgement.ts';
import { documentOperations, ownServices } from './tables/aws-operations.ts';

type Outside = Extract<Atom, { kind: 'outside' }>;

/** Where a client's requests go. */
interface Where {
  readonly leaves: Answer;
  readonly region?: string;
}

/** The settings of a client, wherever on the way to it they were given. */
function configOf(client: Outside): Value {
  return join(
    ...argumentsOn(client).map((value) =>
      join(
        ...value.map((atom): Value =>
          atom.kind === 'object' ? [atom] : atom.kind === 'outside' ? configOf(atom) : [],
        ),
      ),
    ),
  );
}

/** Where requests of a client go. */
export function whereOf(service: string, client: Outside): Where {
  const config = configOf(client);
  const endpoint = inputMember(config, 'endpoint');
  const region = textOf(inputMember(config, 'region').value);
  const usual: Answer = ownServices.includes(service) ? 'no' : 'yes';
  const hosts = hostsIn(endpoint.value).map(leavesFor);
  const [leaves = 'unknown'] = new Set(hosts).size === 1 ? hosts : [];
  return { leaves: endpoint.value.length === 0 ? usual : leaves, ...(region !== undefined && { region }) };
}

/** The name in what an Invoke may call a function by: itself, a part of an ARN, or all of one. */
export function functionNamed(text: string): string {
  const [, name = text] = /(?:^|:)function:([^:]+)/.exec(text) ?? /^([^:]+)/.exec(text) ?? [];
  return name;
}

function invocations(input: Value): readonly Draft[] {
  return textsIn(inputMember(input, 'FunctionName').value).map((text): Draft => {
    if (text === undefined)
      return {
        ...unknownDraft('calls a function whose name only running it would tell', 'function ?'),
        access: 'unknown',
        calls: '',
      };
    // What it does is what its function does.
    return functionDraft(text);
  });
}

/** A call of a function of ours, with nothing of its own; `name`: as code names it, `url:ID` for one that it calls by its URL. */
export function functionDraft(name: string): Draft {
  const plain = name.startsWith('url:') ? name : functionNamed(name);
  return {
    what: `function ${plain}`,
    words: `calls ${plain}`,
    access: 'none',
    idempotent: 'yes',
    retrySafe: 'yes',
    deterministic: 'yes',
    leavesMachine: 'no',
    personalData: 'no',
    calls: name,
  };
}

function unknownCommand(service: string, leavesMachine: Answer): Draft {
  const words = 'sends a command that only running it would tell';
  return { ...unknownDraft(words, `aws ${service} ?`), deterministic: 'no', leavesMachine };
}

/** What an operation of a service comes to. */
export function operationDrafts(service: string, operation: string, input: Value, where: Where): readonly Draft[] {
  if (service === 'lambda' && /^Invoke(Async|WithResponseStream)?$/.test(operation) && where.leaves === 'no')
    return invocations(input);
  if (operation.endsWith('?')) return [unknownCommand(service, where.leaves)];
  const region = where.region === undefined ? {} : { region: where.region };
  if (service === 'rds-data' && operation === 'ExecuteStatement')
    return sqlManners(inputMember(input, 'sql').value).map(({ manner, words }) => ({
      what: `aws rds-data ${operation}`,
      words,
      ...factsOf(manner === 'none' ? 'read' : manner, where.leaves),
      ...region,
    }));
  const { facts, words } = judge(service, operation, input, where.leaves);
  const queues =
    service === 'sqs' && operation.startsWith('SendMessage') ? textsIn(inputMember(input, 'QueueUrl').value) : [];
  const [url] = queues;
  const queue = url === undefined || queues.length > 1 ? {} : { queue: url.split('/').at(-1) ?? url };
  return [{ what: `aws ${service} ${operation}`, words, ...facts, ...region, ...queue }];
}

/** `@aws-sdk/client-s3`: `s3`. */
export function serviceOf(name: string): string | undefined {
  if (name === '@aws-sdk/lib-dynamodb') return 'dynamodb';
  return name.startsWith('@aws-sdk/client-') ? name.slice('@aws-sdk/client-'.length) : undefined;
}

function commandName(link: Link | undefined): string | undefined {
  const name = link?.kind === 'member' ? /^(\w+?)Command\d*$/.exec(link.name)?.[1] : undefined;
  return name === undefined ? undefined : (documentOperations[name] ?? name);
}

/** What a client is sent: a command of its package, or of the one for documents. */
function sent(client: Outside, service: string, command: Value): readonly Draft[] {
  if (command.length === 0) return [];
  return command.flatMap((atom): readonly Draft[] => {
    const of = atom.kind === 'outside' ? (serviceOf(atom.name) ?? service) : service;
    const where = whereOf(of, client);
    const name =
      atom.kind === 'outside'
        ? commandName(
            atom.links.findLast(({ kind, ...link }) => kind === 'member' && 'name' in link && link.name !== 'default'),
          )
        : undefined;
    const made = atom.kind === 'outside' ? atom.links.findLast((link) => link.kind === 'call') : undefined;
    if (name === undefined) return [unknownCommand(of, where.leaves)];
    return operationDrafts(of, name, made?.kind === 'call' ? (made.args[0] ?? []) : [], where);
  });
}

const neutralMethods = new Set(['destroy', 'middlewareStack', 'use', 'add', 'from', 'constructor']);

/** A call to something of one of AWS's clients, of version 3. */
export function describeAws(atom: Outside, args: readonly Value[]): Described {
  const service = serviceOf(atom.name) ?? 'aws';
  const path = pathOf(atom);
  const name = path.split('.').at(-1) ?? '';
  if (!path.includes('()') && name !== 'from') {
    const pages = /^paginate(\w+)$/.exec(name)?.[1];
    if (pages !== undefined)
      return {
        effects: operationDrafts(
          service,
          documentOperations[pages] ?? pages,
          args[1] ?? [],
          whereOf(service, clientIn(args[0]) ?? atom),
        ),
        gives: data,
      };
    if (name.startsWith('waitUntil'))
      return {
        effects: [
          {
            what: `aws ${service} wait`,
            words: 'waits for a state',
            ...factsOf('read', whereOf(service, clientIn(args[0]) ?? atom).leaves),
          },
        ],
        gives: data,
      };
    // A client or a command; it is only made here.
    return { effects: [] };
  }
  if (neutralMethods.has(name)) return { effects: [] };
  if (name === 'send') return { effects: sent(atom, service, args[0] ?? []), gives: data, callsBack: [data, data] };
  const operation = name.charAt(0).toUpperCase() + name.slice(1);
  const plain = atom.name === '@aws-sdk/lib-dynamodb' ? (documentOperations[operation] ?? operation) : operation;
  return {
    effects: operationDrafts(service, plain, args[0] ?? [], whereOf(service, atom)),
    gives: data,
    callsBack: [data, data],
  };
}

function clientIn(config: Value | undefined): Outside | undefined {
  const { value } = inputMember(config, 'client');
  return [...value, ...(config ?? [])].find((atom): atom is Outside => atom.kind === 'outside');
}

/** Uploads of `@aws-sdk/lib-storage`, and links of the presigner, which are made without asking anybody. */
export function describeAwsHelper(atom: Outside): Described {
  if (atom.name === '@aws-sdk/s3-request-presigner') return { effects: [], gives: data };
  if (!pathOf(atom).endsWith('.done')) return { effects: [] };
  const [config] = argumentsOn(atom);
  const params = inputMember(config, 'params').value;
  return { effects: operationDrafts('s3', 'PutObject', params, whereOf('s3', clientIn(config) ?? atom)), gives: data };
}

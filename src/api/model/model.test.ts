import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as sdk from '@aws-sdk/client-lambda';
import { ApiError } from '../errors.ts';
import { modelOperations } from './operations.ts';
import { modelShapes } from './shapes.ts';
import { checkRequest, type ModelRequest } from './validate.ts';

/** A request that consists of these. */
function request(parts: {
  readonly uri?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, readonly string[]>>;
  readonly body?: Readonly<Record<string, unknown>>;
}): ModelRequest {
  return {
    parameter: (name) => parts.uri?.[name],
    queryAll: (name) => parts.query?.[name] ?? [],
    header: () => undefined,
    body: () => parts.body ?? {},
  };
}

function refusal(operation: string, parts: Parameters<typeof request>[0]): string {
  try {
    checkRequest(operation, request(parts));
  } catch (error) {
    assert(error instanceof ApiError);
    return `${error.name}: ${error.message}`;
  }
  return 'none';
}

const Code = { ZipFile: 'UEsFBg==' };
const created = { FunctionName: 'f', Code, Role: 'arn:aws:iam::123456789012:role/any' };

test('the table has every operation and every member of the newest SDK', () => {
  // A schema is an array: of an operation [9, …, name, traits, input, output], of a structure [3, …, name, traits, member names, …].
  const schemas = Object.entries(sdk).flatMap(([, value]): (readonly unknown[])[] =>
    Array.isArray(value) ? [value] : [],
  );
  const operations = schemas.filter(([kind]) => kind === 9);
  assert(operations.length >= 88, `${operations.length} operations`);
  for (const [, , operation, , input] of operations) {
    const known = modelOperations[String(operation)];
    assert(known !== undefined, `${String(operation)}: run tools/lambda-model.ts with the newest model`);
    assert(typeof input === 'function');
    const schema: unknown = input();
    assert(Array.isArray(schema));
    const members: unknown = schema[4];
    assert(Array.isArray(members));
    const shape = modelShapes[known.input ?? ''];
    const ours = shape?.type === 'structure' ? Object.keys(shape.members) : [];
    assert.deepEqual(
      members.filter((name) => !ours.includes(String(name))),
      [],
      String(operation),
    );
  }
});

test('every pattern of the model is one of JavaScript, too', () => {
  for (const shape of Object.values(modelShapes))
    if (shape.type === 'string' && shape.pattern !== undefined)
      assert.doesNotThrow(() => new RegExp(shape.pattern ?? '', shape.pattern?.includes('\\p{') ? 'u' : ''));
});

test('what is right passes', () => {
  const body = {
    ...created,
    Runtime: 'nodejs24.x',
    Handler: 'i.h',
    MemorySize: 10_240,
    Environment: { Variables: { AB: '1' } },
  };
  assert.equal(refusal('CreateFunction', { body }), 'none');
  assert.equal(refusal('ListFunctions', { query: { MaxItems: ['10'] } }), 'none');
  assert.equal(
    refusal('TagResource', {
      uri: { Resource: 'arn:aws:lambda:eu-west-1:123456789012:function:f' },
      body: { Tags: { Größe: '*.example.org 10MB/s' } },
    }),
    'none',
  );
});

test('everything that is wrong with a request is said at once, and counted', () => {
  assert.equal(
    refusal('CreateFunction', { body: { ...created, MemorySize: 10_241, Timeout: 0 } }),
    "ValidationException: 2 validation errors detected: Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1; Value '10241' at 'memorySize' failed to satisfy constraint: Member must have value less than or equal to 10240",
  );
  assert.equal(
    refusal('PutFunctionRecursionConfig', { uri: { FunctionName: 'f' }, body: {} }),
    "ValidationException: 1 validation error detected: Value null at 'recursiveLoop' failed to satisfy constraint: Member must not be null",
  );
  assert.equal(
    refusal('PutFunctionRecursionConfig', { uri: { FunctionName: 'f' }, body: { RecursiveLoop: 'Never' } }),
    "ValidationException: 1 validation error detected: Value 'Never' at 'recursiveLoop' failed to satisfy constraint: Member must satisfy enum value set: [Terminate, Allow]",
  );
});

test('members of lists and maps are refused with all that each must be', () => {
  assert.equal(
    refusal('CreateFunction', { body: { ...created, Architectures: ['X86_64'] } }),
    "ValidationException: 1 validation error detected: Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
  );
  assert.equal(
    refusal('CreateFunction', { body: { ...created, Architectures: ['x86_64', 'arm64'] } }),
    "ValidationException: 1 validation error detected: Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1",
  );
  assert.equal(
    refusal('CreateAlias', {
      uri: { FunctionName: 'f' },
      body: { Name: 'a', FunctionVersion: '1', RoutingConfig: { AdditionalVersionWeights: { 2: 2 } } },
    }),
    "ValidationException: 1 validation error detected: Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]",
  );
});

test('what may be a secret is not repeated', () => {
  const answer = refusal('CreateFunction', {
    body: { ...created, Environment: { Variables: { 'no-name': 'hunter2' } } },
  });
  assert.match(answer, /: Value at 'environment\.variables' failed to satisfy constraint: Map keys must/);
  assert.doesNotMatch(answer, /hunter2/);
});

test('a value of another type is what AWS cannot read', () => {
  assert.equal(
    refusal('CreateFunction', { body: { ...created, MemorySize: 'much' } }),
    'SerializationException: STRING_VALUE can not be converted to Integer',
  );
  assert.equal(
    refusal('CreateFunction', { body: { ...created, Layers: 'one' } }),
    'SerializationException: Expected list or null',
  );
  assert.match(
    refusal('CreateFunction', { body: { ...created, Description: ['x'] } }),
    /^SerializationException: Start of list/,
  );
  assert.match(refusal('ListFunctions', { query: { MaxItems: ['x'] } }), /^SerializationException/);
});

test('a text that is much too long is refused for that alone, and at once', () => {
  const Arn = `arn:aws:lambda:us-east-1:123456789012:${'0:'.repeat(1_000_000)}`;
  const startedAt = process.cpuUsage();
  const answer = refusal('CreateFunction', {
    body: { ...created, FileSystemConfigs: [{ Arn, LocalMountPath: '/mnt/a' }] },
  });
  assert.match(
    answer,
    /^ValidationException: 1 .* at 'fileSystemConfigs\.1\.member\.arn' .* less than or equal to 256$/,
  );
  assert(process.cpuUsage(startedAt).user < 2_000_000);
});

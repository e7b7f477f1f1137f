import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePolicy, type PolicyDocument } from '../../../api/policy/document.ts';
import { mayInvoke, type AccessRequest, type Caller } from './may-invoke.ts';

const resource = 'arn:aws:lambda:eu-west-1:111111111111:function:f';
const owner: Caller = { kind: 'account', account: '111111111111', arn: 'arn:aws:iam::111111111111:root' };
const other: Caller = { kind: 'account', account: '222222222222', arn: 'arn:aws:iam::222222222222:user/eve' };
const anonymous: Caller = { kind: 'anonymous' };
const s3: Caller = { kind: 'service', service: 's3.amazonaws.com' };

const everybody: readonly Caller[] = [owner, other, anonymous, s3];
const action = 'lambda:InvokeFunction';

function policyOf(...statements: readonly object[]): PolicyDocument {
  const whole = { Effect: 'Allow', Principal: '*', Action: action, Resource: resource };
  const Statement = statements.map((statement) => ({ ...whole, ...statement }));
  return parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }));
}

function may(policy: PolicyDocument | undefined, caller: Caller, more: Partial<AccessRequest> = {}): boolean {
  return mayInvoke(policy, { action, resource, caller, ...more });
}

test('without a policy a function is its account’s alone', () => {
  assert.deepEqual(
    everybody.map((caller) => may(undefined, caller)),
    [true, false, false, false],
  );
});

test('a principal is everybody, an account, a user of one, or a service', () => {
  const cases: readonly (readonly [unknown, readonly Caller[]])[] = [
    ['*', [owner, other, anonymous, s3]],
    [{ AWS: '*' }, [owner, other, anonymous, s3]],
    [{ AWS: 'arn:aws:iam::222222222222:root' }, [owner, other]],
    [{ AWS: ['333333333333', '222222222222'] }, [owner, other]],
    [{ AWS: 'arn:aws:iam::222222222222:user/eve' }, [owner, other]],
    [{ AWS: 'arn:aws:iam::222222222222:user/adam' }, [owner]],
    [{ AWS: 'arn:aws:iam::22222222222:root' }, [owner]],
    [{ Service: 's3.amazonaws.com' }, [owner, s3]],
    [{ Service: 'sns.amazonaws.com' }, [owner]],
  ];
  for (const [Principal, allowed] of cases)
    for (const caller of everybody)
      assert.equal(may(policyOf({ Principal }), caller), allowed.includes(caller), JSON.stringify([Principal, caller]));
});

test('actions and resources are patterns; a qualifier is part of the resource', () => {
  const allowed = (statement: object, more: Partial<AccessRequest> = {}): boolean =>
    may(policyOf(statement), anonymous, more);
  assert(allowed({ Action: 'lambda:*' }));
  assert(allowed({ Action: ['lambda:GetFunction', 'lambda:invokefunction'] }));
  assert(!allowed({ Action: 'lambda:InvokeFunctionUrl' }));
  assert(!allowed({}, { resource: `${resource}:live` }));
  assert(allowed({ Resource: `${resource}:live` }, { resource: `${resource}:live` }));
  assert(allowed({ Resource: `${resource}:*` }, { resource: `${resource}:live` }));
  assert(!allowed({ Resource: `${resource}:*` }));
  assert(!allowed({ Resource: `${resource}g` }));
});

test('what one statement denies is denied, also to the function’s own account', () => {
  const policy = policyOf({}, { Effect: 'Deny', Principal: { AWS: '111111111111' } });
  assert.deepEqual(
    [owner, other, anonymous].map((caller) => may(policy, caller)),
    [false, true, true],
  );
});

test('a public URL is open to everybody by both permissions, and to nobody otherwise', () => {
  const policy = policyOf(
    {
      Action: 'lambda:InvokeFunctionUrl',
      Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } },
    },
    { Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } } },
  );
  const byUrl = (context: Record<string, string>): readonly boolean[] =>
    ['lambda:InvokeFunctionUrl', action].map((each) => may(policy, anonymous, { action: each, context }));
  const viaUrl = { 'lambda:InvokedViaFunctionUrl': 'true' };
  assert.deepEqual(byUrl({ 'lambda:FunctionUrlAuthType': 'NONE', ...viaUrl }), [true, true]);
  assert.deepEqual(byUrl({ 'lambda:FunctionUrlAuthType': 'AWS_IAM', ...viaUrl }), [false, true]);
  assert.equal(may(policy, anonymous), false);
});

test('conditions compare as IAM’s do', () => {
  const holds = (Condition: object, context: Record<string, string> = {}): boolean =>
    may(policyOf({ Condition }), anonymous, { context });
  const bucket = 'arn:aws:s3:::bucket';
  const rule = 'arn:aws:events:eu-west-1:111111111111:rule/one';
  const cases: readonly (readonly [object, Record<string, string>, boolean])[] = [
    [{ ArnLike: { 'AWS:SourceArn': bucket } }, { 'aws:SourceArn': bucket }, true],
    [{ ArnLike: { 'aws:sourcearn': 'arn:aws:s3:::b*t' } }, { 'aws:SourceArn': bucket }, true],
    [{ ArnLike: { 'aws:SourceArn': 'arn:aws:events:*:*:rule/*' } }, { 'aws:SourceArn': rule }, true],
    [{ ArnLike: { 'aws:SourceArn': 'arn:aws:*:rule/one' } }, { 'aws:SourceArn': rule }, false],
    [{ ArnLike: { 'aws:SourceArn': bucket } }, {}, false],
    [{ ArnLikeIfExists: { 'aws:SourceArn': bucket } }, {}, true],
    [{ ArnNotLike: { 'aws:SourceArn': bucket } }, { 'aws:SourceArn': rule }, true],
    [{ StringEquals: { 'aws:SourceAccount': ['1', '2'] } }, { 'aws:SourceAccount': '2' }, true],
    [{ StringEquals: { 'aws:SourceAccount': '1' } }, { 'aws:SourceAccount': '2' }, false],
    [{ StringEquals: { a: '1', b: '2' } }, { a: '1', b: '2' }, true],
    [{ StringEquals: { a: '1', b: '2' } }, { a: '1' }, false],
    [{ StringEquals: { a: '1' }, StringLike: { b: '?' } }, { a: '1', b: '22' }, false],
    [{ StringNotEquals: { a: ['1', '2'] } }, { a: '2' }, false],
    [{ StringNotEquals: { a: '1' } }, {}, true],
    [{ StringEqualsIgnoreCase: { a: 'X' } }, { a: 'x' }, true],
    [{ StringNotLike: { a: 'x*' } }, { a: 'yx' }, true],
    [{ Bool: { a: true } }, { a: 'TRUE' }, true],
    [{ Null: { a: 'true' } }, {}, true],
    [{ Null: { a: true } }, { a: '' }, false],
    [{ StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }, {}, false],
  ];
  for (const [condition, context, expected] of cases)
    assert.equal(holds(condition, context), expected, JSON.stringify([condition, context]));
  const ofOther = policyOf({ Condition: { StringEquals: { 'aws:PrincipalAccount': '222222222222' } } });
  assert(may(ofOther, other));
  assert(!may(ofOther, s3));
});

test('no pattern makes comparing slow', () => {
  const condition = { StringLike: { a: `${'*a'.repeat(5_000)}b` } };
  const began = process.cpuUsage().user;
  assert.equal(may(policyOf({ Condition: condition }), anonymous, { context: { a: 'a'.repeat(8_000) } }), false);
  assert(process.cpuUsage().user - began < 2_000_000);
});

test('a policy that cannot be understood is refused with what and where', () => {
  const statement = { Effect: 'Allow', Principal: '*', Action: action, Resource: resource };
  const refused: readonly (readonly [unknown, RegExp])[] = [
    ['{', /it is not JSON/],
    [[], /it is no object/],
    [{ Version: '2020-01-01', Statement: statement }, /Version is not one of 2012-10-17/],
    [{ Version: '2012-10-17', Statement: [] }, /it has no Statement/],
    [{ Version: '2012-10-17' }, /Statement\[0\] is no object/],
    [{ Version: '2012-10-17', Statement: statement, More: 1 }, /it has More/],
    [{ Statement: { ...statement, Effect: 'Maybe' } }, /the Effect of its Statement\[0\]/],
    [{ Statement: { ...statement, NotAction: '*' } }, /Statement\[0\] has NotAction/],
    [{ Statement: { ...statement, Principal: {} } }, /the Principal of its Statement\[0\] names nobody/],
    [{ Statement: { ...statement, Principal: undefined } }, /the Principal of its Statement\[0\] is no object/],
    [{ Statement: { ...statement, Action: [] } }, /the Action of its Statement\[0\] is empty/],
    [{ Statement: { ...statement, Resource: [1, {}] } }, /the Resource of its Statement\[0\]/],
    [
      { Statement: { ...statement, Condition: { IpAddress: { 'aws:SourceIp': '::1' } } } },
      /operator IpAddress, and only/,
    ],
    [{ Statement: { ...statement, Condition: { constructor: { a: 'b' } } } }, /operator constructor/],
    [
      {
        Statement: [
          { ...statement, Sid: 'a' },
          { ...statement, Sid: 'a' },
        ],
      },
      /the same Sid/,
    ],
  ];
  for (const [policy, why] of refused)
    assert.throws(() => parsePolicy(typeof policy === 'string' ? policy : JSON.stringify(policy)), why);
  const kept = { Version: '2012-10-17', Id: 'x', Statement: [{ Sid: 'a', ...statement }] };
  assert.deepEqual(parsePolicy(JSON.stringify(kept)), kept);
});

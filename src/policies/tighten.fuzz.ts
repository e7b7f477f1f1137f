import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decide, type Target } from '../egress/policy/decide.ts';
import { parsePolicy } from '../egress/policy/parse.ts';
import { isWithin } from '../egress/policy/within.ts';
import type { SecurityPolicy } from '../model/policies/security-policy.ts';
import { hasName } from './names.ts';
import { parseSecurityPolicy } from './parse.ts';
import { mayDo, type Deed } from './services.ts';
import { policyKey, tighten } from './tighten.ts';

const ports = fc.constantFrom('', ':443', ':5432');
const hosts = fc.constantFrom(
  ...['example.org', 'api.example.org', 'a.api.example.org', '*.example.org', '*.api.example.org', 'org.example'],
  ...['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3', '203.0.113.0/24', '0.0.0.0/0', '[fd00::/8]', '[2001:db8::1]', '[::/0]'],
);
const rule = fc.oneof(
  fc.constantFrom('public', 'all'),
  fc.tuple(hosts, ports).map(([host, port]) => {
    if (!host.startsWith('[')) return host + port;
    const [, address = '', bits = ''] = /^\[([^\]/]+)(\/\d+)?\]$/.exec(host) ?? [];
    return port === '' ? address + bits : `[${address}]${bits}${port}`;
  }),
);
const egress = fc.oneof(
  fc.constant('none'),
  fc
    .tuple(fc.array(rule, { minLength: 1, maxLength: 5 }), fc.constantFrom('', ' 10MB/s'))
    .map(([rules, speed]) => rules.join(' ') + speed),
);
const names = fc.array(fc.constantFrom('*', 'A', 'A*', 'AB', 'AB*', 'ABC', 'B', 'B*'), { maxLength: 5 });
const actions = fc.constantFrom(
  '*',
  'lambda:*',
  'lambda:Invoke*',
  'lambda:InvokeFunction',
  'sqs:SendMessage',
  's3:Get?bject',
);
const resources = fc.constantFrom(
  '*',
  'arn:aws:lambda:*:*:function:a',
  'arn:aws:lambda:*:*:function:*',
  'arn:aws:sqs:*:*:jobs',
);
const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Action: fc.array(actions, { minLength: 1, maxLength: 3 }),
  Resource: fc.array(resources, { minLength: 1, maxLength: 3 }),
});
const services = fc.oneof(
  fc.array(actions, { maxLength: 4 }),
  fc.array(statement, { maxLength: 3 }).map((Statement) => ({ Version: '2012-10-17', Statement })),
);
const policies = fc
  .record(
    {
      egress,
      memoryMb: fc.constantFrom(128, 256, 512),
      timeoutMs: fc.constantFrom(1, 1_000, 900_000),
      env: names,
      secrets: names,
      services,
      apart: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .map(parseSecurityPolicy);

const targets: fc.Arbitrary<Target> = fc.record(
  {
    name: fc.constantFrom('example.org', 'api.example.org', 'a.api.example.org', 'x.example.org', 'org.example'),
    address: fc.constantFrom(
      '10.1.2.3',
      '10.200.0.1',
      '203.0.113.9',
      '8.8.8.8',
      '127.0.0.1',
      '169.254.169.254',
      'fd00::1',
      '2001:db8::1',
      '2600::1',
    ),
    port: fc.constantFrom(443, 5432, 80),
    given: fc.boolean(),
  },
  { requiredKeys: ['address', 'port'] },
);
const deeds: fc.Arbitrary<Deed> = fc.record(
  {
    action: fc.constantFrom('lambda:InvokeFunction', 'lambda:GetFunction', 'sqs:SendMessage', 's3:GetObject'),
    resource: fc.constantFrom(
      'arn:aws:lambda:eu-west-1:1:function:a',
      'arn:aws:sqs:eu-west-1:1:jobs',
      'arn:aws:s3:::b/k',
    ),
    ofCode: fc.boolean(),
  },
  { requiredKeys: ['action', 'ofCode'] },
);
const surroundings = { isOwnAddress: () => false, ownPort: undefined };

function connects(policy: SecurityPolicy, target: Target): boolean {
  return (policy.egress ?? ['all']).every((text) => decide(parsePolicy(text), target, surroundings).allowed);
}

function sees(patterns: readonly string[] | undefined, name: string): boolean {
  return patterns === undefined || hasName(patterns, name);
}

const name = fc.constantFrom('A', 'AB', 'ABC', 'ABCD', 'B', 'BX', 'C');
/** A service that says nothing lets everything: `mayDo` is asked about code, which then may do what code may. */
const open: SecurityPolicy = { services: [[{ effect: 'Allow', actions: ['*'], resources: ['*'] }]] };

describe('tightening a policy', () => {
  test('by itself changes nothing, and by nothing neither', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        const once = tighten(policy, {});
        assert.deepEqual(tighten(once, once), once);
        assert.deepEqual(tighten(policy, policy), once);
        assert.deepEqual(tighten({}, policy), once);
      }),
    );
  });

  test('comes to the same in any order', () => {
    fc.assert(
      fc.property(policies, policies, policies, (a, b, c) => {
        assert.equal(policyKey(tighten(a, b)), policyKey(tighten(b, a)));
        assert.equal(policyKey(tighten(tighten(a, b), c)), policyKey(tighten(a, tighten(b, c))));
        assert.equal(policyKey(tighten(tighten(a, b), a)), policyKey(tighten(a, b)));
      }),
      { numRuns: 300 },
    );
  });

  test('allows exactly the connections that both allow', () => {
    fc.assert(
      fc.property(policies, policies, targets, (a, b, target) =>
        assert.equal(connects(tighten(a, b), target), connects(a, target) && connects(b, target)),
      ),
      { numRuns: 2_000 },
    );
  });

  test('allows exactly the operations that both allow', () => {
    fc.assert(
      fc.property(policies, policies, deeds, (a, b, deed) =>
        assert.equal(
          mayDo(tighten(a, b).services === undefined ? open : tighten(a, b), deed),
          [a, b].every((one) => mayDo(one.services === undefined ? open : one, deed)),
        ),
      ),
      { numRuns: 2_000 },
    );
  });

  test('leaves exactly the names that both have, and the smaller bounds', () => {
    fc.assert(
      fc.property(policies, policies, name, (a, b, one) => {
        const both = tighten(a, b);
        for (const member of ['env', 'secrets'] as const)
          assert.equal(sees(both[member], one), sees(a[member], one) && sees(b[member], one));
        for (const member of ['memoryMb', 'timeoutMs'] as const)
          assert.equal(both[member] ?? Infinity, Math.min(a[member] ?? Infinity, b[member] ?? Infinity));
        assert.equal(both.apart === true, a.apart === true || b.apart === true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('what is within another policy allows nothing that the other does not', () => {
    fc.assert(
      fc.property(egress, egress, targets, (a, b, target) => {
        const [inner, outer] = [parsePolicy(a), parsePolicy(b)];
        fc.pre(isWithin(inner, outer));
        if (decide(inner, target, surroundings).allowed) assert.ok(decide(outer, target, surroundings).allowed);
      }),
      { numRuns: 2_000, maxSkipsPerRun: 10_000 },
    );
  });
});

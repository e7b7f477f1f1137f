import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compilePattern } from './event-pattern.ts';
import { compileFilters } from './filter.ts';

const matches = (pattern: object, event: object): boolean => compilePattern(pattern)(event);

describe('event patterns', () => {
  function check(pattern: object, yes: readonly object[], no: readonly object[]): void {
    for (const event of yes)
      assert.ok(matches(pattern, event), `${JSON.stringify(pattern)} should match ${JSON.stringify(event)}`);
    for (const event of no)
      assert.ok(!matches(pattern, event), `${JSON.stringify(pattern)} should not match ${JSON.stringify(event)}`);
  }

  test('values, of any kind', () => {
    check(
      { a: ['x', 1, null, true, ''] },
      [{ a: 'x' }, { a: 1 }, { a: null }, { a: true }, { a: '' }],
      [{ a: 'y' }, { a: '1' }, { a: false }, {}],
    );
    check({ a: { b: ['x'] } }, [{ a: { b: 'x', c: 1 } }], [{ a: 'x' }, { a: { b: 'y' } }, { b: 'x' }]);
  });

  test('all fields, and any of their values', () => {
    check({ a: ['x', 'y'], b: [1] }, [{ a: 'y', b: 1 }], [{ a: 'y', b: 2 }, { a: 'x' }]);
  });

  test('lists match where an element does, and objects in them as a whole', () => {
    check({ a: ['x'] }, [{ a: ['y', 'x'] }], [{ a: [] }, { a: ['y'] }]);
    check({ a: { b: [1], c: [2] } }, [{ a: [{ b: 1, c: 2 }, { b: 3 }] }], [{ a: [{ b: 1 }, { c: 2 }] }]);
  });

  test('operators on texts', () => {
    check({ a: [{ prefix: 'us-' }] }, [{ a: 'us-east' }], [{ a: 'eu-us-' }, { a: 5 }]);
    check({ a: [{ suffix: '.png' }] }, [{ a: 'x.png' }], [{ a: 'x.PNG' }]);
    check({ a: [{ prefix: { 'equals-ignore-case': 'EventB' } }] }, [{ a: 'EVENTBridge' }], [{ a: 'xeventb' }]);
    check({ a: [{ suffix: { 'equals-ignore-case': '.png' } }] }, [{ a: 'x.PNG' }], [{ a: 'x.jpg' }]);
    check({ a: [{ 'equals-ignore-case': 'alice' }] }, [{ a: 'ALICE' }], [{ a: 'bob' }]);
    check(
      { a: [{ wildcard: 'a*c*.txt' }] },
      [{ a: 'abc.txt' }, { a: 'ac.txt' }, { a: 'axxcxx.txt' }],
      [{ a: 'abc.txt2' }, { a: 'b' }, { a: 'a.txt' }],
    );
    check({ a: [{ wildcard: '*' }] }, [{ a: '' }, { a: 'any' }], [{ a: 1 }]);
    check({ a: [{ wildcard: String.raw`\*x` }] }, [{ a: '*x' }], [{ a: 'ax' }]);
  });

  test('operators on numbers and addresses', () => {
    check({ a: [{ numeric: ['>', 0, '<=', 5] }] }, [{ a: 5 }, { a: 0.1 }], [{ a: 0 }, { a: 6 }, { a: '3' }]);
    check({ a: [{ numeric: ['=', 3.5] }] }, [{ a: 3.5 }], [{ a: 3 }]);
    check({ a: [{ cidr: '10.0.0.0/24' }] }, [{ a: '10.0.0.255' }], [{ a: '10.0.1.0' }, { a: '::1' }, { a: 'x' }]);
    check({ a: [{ cidr: '2001:db8::/32' }] }, [{ a: '2001:db8::1' }], [{ a: '10.0.0.1' }, { a: '2001:db9::1' }]);
  });

  test('what is anything but', () => {
    check({ a: [{ 'anything-but': 'x' }] }, [{ a: 'y' }, { a: 1 }, { a: ['x', 'y'] }], [{ a: 'x' }, {}, { a: null }]);
    check({ a: [{ 'anything-but': [1, 2] }] }, [{ a: 3 }], [{ a: 2 }]);
    check({ a: [{ 'anything-but': { prefix: 'us-' } }] }, [{ a: 'eu-' }], [{ a: 'us-1' }, {}]);
    check({ a: [{ 'anything-but': { suffix: ['.png', '.jpg'] } }] }, [{ a: 'x.txt' }], [{ a: 'x.jpg' }]);
    check({ a: [{ 'anything-but': { 'equals-ignore-case': ['on', 'off'] } }] }, [{ a: 'idle' }], [{ a: 'OFF' }]);
    check({ a: [{ 'anything-but': { wildcard: '*/lib/*' } }] }, [{ a: 'src/x' }], [{ a: 'a/lib/b' }]);
  });

  test('what is there, and what is not', () => {
    check({ a: [{ exists: true }] }, [{ a: null }, { a: [1] }], [{}, { a: {} }, { a: [] }]);
    check({ a: { b: [{ exists: false }] } }, [{}, { a: {} }, { a: { c: 1 } }], [{ a: { b: 1 } }]);
    check({ a: ['x', { exists: false }] }, [{ a: 'x' }, {}], [{ a: 'y' }]);
  });

  test('one way or another', () => {
    check(
      { $or: [{ a: [1] }, { b: { c: [2] } }], d: [3] },
      [
        { a: 1, d: 3 },
        { b: { c: 2 }, d: 3 },
      ],
      [{ a: 1 }, { d: 3 }],
    );
    check({ a: { $or: [{ b: [1] }, { $or: [{ c: [2] }, { c: [3] }] }] } }, [{ a: { c: 3 } }], [{ a: { c: 4 } }]);
  });

  test('names that objects inherit are no fields', () => {
    check({ toString: [{ exists: true }] }, [JSON.parse('{"toString": 1}')], [{}]);
    check({ constructor: { name: [{ exists: true }] } }, [], [{}]);
  });

  test('what cannot be meant is refused in words', () => {
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      ['x', /A pattern is a JSON object/],
      [{}, /at least one field/],
      [{ a: 'x' }, /'a' takes a list of values and operators, or an object; it has "x"/],
      [{ a: [] }, /'a' takes a list/],
      [{ a: [['x']] }, /no lists in it/],
      [{ a: [{ contains: 'x' }] }, /There is no operator 'contains'; there are prefix, .* and exists/],
      [{ a: [{ prefix: 'x', suffix: 'y' }] }, /An operator is one name/],
      [{ a: [{ prefix: 5 }] }, /prefix takes a text/],
      [{ a: [{ numeric: ['>'] }] }, /numeric takes one or two comparisons/],
      [{ a: [{ numeric: ['~', 1] }] }, /compares by =, <, <=, > or >=/],
      [{ a: [{ cidr: '10.0.0.0/33' }] }, /cidr takes an address and bits/],
      [{ a: [{ 'anything-but': ['x', 1] }] }, /texts or numbers, and not both/],
      [{ a: [{ 'anything-but': { numeric: ['=', 1] } }] }, /anything-but takes one of/],
      [{ a: [{ exists: 'yes' }] }, /exists takes true or false/],
      [{ a: [{ wildcard: 'a**b' }] }, /two stars in a row/],
      [{ $or: [{ a: [1] }] }, /at least two patterns/],
    ];
    for (const [pattern, message] of wrong)
      assert.throws(() => compilePattern(pattern), { name: 'PatternError', message }, JSON.stringify(pattern));
    let deep: object = { a: [1] };
    for (let n = 0; n < 40; n++) deep = { a: deep };
    assert.throws(() => compilePattern(deep), /32 levels deep/);
  });

  test('a wildcard with many stars takes no longer for a text that nearly matches', () => {
    const matcher = compilePattern({ a: [{ wildcard: `${'*a'.repeat(200)}*b` }] });
    assert.equal(matcher({ a: 'a'.repeat(100_000) }), false);
  });
});

describe('filter criteria of event sources', () => {
  const record = (body: string): object => ({ messageId: '1', body, attributes: { SentTimestamp: '1' } });

  test('without a pattern everything goes to the function; with several, what one of them matches', () => {
    assert.ok(compileFilters([], 'body')(record('x')));
    const filter = compileFilters(['{"body":{"a":[1]}}', '{"body":{"b":[{"prefix":"x"}]}}'], 'body');
    assert.ok(filter(record('{"b":"xy"}')));
    assert.ok(!filter(record('{"a":2}')));
  });

  test('JSON is matched by fields, a text by texts, and neither by the other', () => {
    const fields = compileFilters(['{"body":{"a":[1]}}'], 'body');
    const texts = compileFilters(['{"body":[{"prefix":"go"}]}'], 'body');
    assert.deepEqual(
      ['{"a":1}', '{"a":2}', 'going', '{"go":1}'].map((body) => [fields(record(body)), texts(record(body))]),
      [
        [true, false],
        [false, false],
        [false, true],
        [false, false],
      ],
    );
  });

  test('what says nothing of the data is held against the record alone', () => {
    const filter = compileFilters(['{"attributes":{"SentTimestamp":["1"]}}'], 'body');
    assert.ok(filter(record('no JSON')));
  });
});

// What a function may be, and what its first invocation comes to.

/** One function and what its first invocation comes to. */
export interface Case {
  readonly title: string;
  /** The handler's module, `app.py`. */
  readonly code?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly handler?: string;
  readonly event?: unknown;
  readonly payload?: Buffer;
  readonly gives?: unknown;
  readonly fails?: readonly [phase: 'init' | 'invoke', errorType: string, message: RegExp];
}

/** All of them. */
export const cases: readonly Case[] = [
  {
    title: 'an event and a result',
    code: 'def handler(event, context): return {"n": event["n"] + 1, "t": (1, None)}',
    event: { n: 1 },
    gives: { n: 2, t: [1, null] },
  },
  { title: 'nothing', code: 'def handler(event, context): pass', gives: null },
  {
    title: 'an empty payload is an empty object',
    code: 'def handler(event, context): return event',
    payload: Buffer.alloc(0),
    gives: {},
  },
  {
    title: 'a path with slashes and a package with dots',
    files: { 'a/b/__init__.py': '', 'a/b/c.py': 'def run(e, c): return __name__' },
    handler: 'a/b.c.run',
    gives: 'a.b.c',
  },
  {
    title: 'a folder without __init__',
    files: { 'src/app.py': 'def run(e, c): return 1' },
    handler: 'src/app.run',
    gives: 1,
  },
  {
    title: 'a class that can be called',
    code: 'class H:\n  def __call__(self, e, c): return "called"\nhandler = H()',
    gives: 'called',
  },
  {
    title: 'decimals, bytes and named tuples',
    code: 'from decimal import Decimal\nfrom typing import NamedTuple\nclass P(NamedTuple):\n  x: int\ndef handler(e, c): return [Decimal("1.5"), Decimal(9007199254740991), b"x", {"p": P(1)}]',
    gives: [1.5, 9_007_199_254_740_991, 'x', { p: { x: 1 } }],
  },
  { title: 'bytes as they are', code: `def handler(e, c): return b'{"raw": true}'`, gives: { raw: true } },
  {
    title: 'what is beside the code',
    files: { 'app.py': 'import os\ndef handler(e, c): return open("data.txt").read()', 'data.txt': 'here' },
    gives: 'here',
  },
  {
    title: 'all of the context',
    code: `def handler(e, c):
  left = c.get_remaining_time_in_millis()
  return [c.aws_request_id, c.function_name, c.function_version, c.invoked_function_arn, c.memory_limit_in_mb, c.log_group_name, c.log_stream_name, c.client_context, c.identity.cognito_identity_id, 1000 < left <= 3000]`,
    gives: [
      '8f507cfc-0000-4000-8000-000000000001',
      'tested',
      '$LATEST',
      'arn:aws:lambda:us-east-1:000000000000:function:tested',
      '256',
      '/aws/lambda/tested',
      '2026/01/01/[$LATEST]0123456789abcdef',
      null,
      null,
      true,
    ],
  },
  {
    title: 'an exception',
    code: 'class Odd(Exception): pass\ndef handler(e, c): raise Odd("no €")',
    fails: ['invoke', 'Odd', /^no €$/],
  },
  {
    title: 'an exception whose text cannot be had',
    code: 'class E(Exception):\n  def __str__(self): raise ValueError\ndef handler(e, c): raise E',
    fails: ['invoke', 'E', /cannot be read: ValueError/],
  },
  {
    title: 'what is not serialisable',
    code: 'def handler(e, c): return {1, 2}',
    fails: [
      'invoke',
      'Runtime.MarshalError',
      /^Unable to marshal response: Object of type set is not JSON serializable$/,
    ],
  },
  {
    title: 'a generator',
    code: 'def handler(e, c): yield 1',
    fails: ['invoke', 'Runtime.MarshalError', /Object of type generator is not/],
  },
  {
    title: 'a coroutine',
    code: 'async def handler(e, c): return 1',
    fails: ['invoke', 'Runtime.MarshalError', /Object of type coroutine is not/],
  },
  {
    title: 'no number',
    code: 'def handler(e, c): return float("nan")',
    fails: ['invoke', 'Runtime.MarshalError', /Out of range float/],
  },
  {
    title: 'too much',
    code: 'def handler(e, c): return "x" * 6291555',
    fails: ['invoke', 'Function.ResponseSizeTooLarge', /exceeded/],
  },
  {
    title: 'a payload that is no JSON',
    code: 'def handler(e, c): pass',
    payload: Buffer.from('{'),
    fails: ['invoke', 'Runtime.UnmarshalError', /^Unable to unmarshal input: /],
  },
  {
    title: 'no such module',
    files: {},
    fails: ['init', 'Runtime.ImportModuleError', /^Unable to import module 'app': No module named 'app'$/],
  },
  {
    title: 'a module that imports what is not there',
    code: 'import nowhere',
    fails: ['init', 'Runtime.ImportModuleError', /^Unable to import module 'app': No module named 'nowhere'$/],
  },
  {
    title: 'no such function',
    code: 'x = 1',
    fails: ['init', 'Runtime.HandlerNotFound', /^Handler 'handler' missing on module 'app'$/],
  },
  {
    title: 'a syntax error',
    code: 'def handler(:',
    fails: ['init', 'Runtime.UserCodeSyntaxError', /^Syntax error in module 'app': invalid syntax \(app.py, line 1\)$/],
  },
  { title: 'a module that raises', code: 'raise KeyError("k")', fails: ['init', 'KeyError', /^'k'$/] },
  {
    title: 'a name without a dot',
    code: '',
    handler: 'app',
    fails: [
      'init',
      'Runtime.MalformedHandlerName',
      /^Bad handler 'app': not enough values to unpack \(expected 2, got 1\)$/,
    ],
  },
  {
    title: 'the name of a module of the interpreter',
    code: '',
    handler: 'sys.exit',
    fails: ['init', 'Runtime.BuiltInModuleConflict', /^Cannot use built-in module sys as a handler module$/],
  },
];

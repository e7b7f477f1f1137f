import type { HandlerCase } from '../loading/module-cases.ts';

/** How a handler may answer, and what it is given. */
export const answerCases: readonly HandlerCase[] = [
  {
    title: 'nothing of what a synchronous handler returns, where it could have called back',
    node: '22',
    files: { 'index.js': `exports.handler = (event) => event.n + 1;` },
    event: { n: 1 },
    gives: null,
  },
  {
    title: 'a synchronous handler that returns a value',
    node: '24',
    files: { 'index.js': `exports.handler = (event) => event.n + 1;` },
    event: { n: 1 },
    gives: 2,
  },
  {
    title: 'a synchronous handler that returns nothing',
    files: { 'index.js': `exports.handler = () => {};` },
    gives: null,
  },
  {
    title: 'an asynchronous handler that returns nothing',
    files: { 'index.js': `exports.handler = async () => {};` },
    gives: null,
  },
  {
    title: 'a handler whose result has no JSON',
    files: { 'index.js': `exports.handler = async () => () => {};` },
    gives: null,
  },
  {
    title: 'a handler that returns its own kind of promise',
    files: { 'index.js': `exports.handler = () => ({ then: (done) => setTimeout(done, 5, 'thenable') });` },
    gives: 'thenable',
  },
  {
    title: 'a callback',
    node: '22',
    files: { 'index.js': `exports.handler = (event, context, callback) => { callback(null, 'called'); };` },
    gives: 'called',
  },
  {
    title: 'a callback from an arrow function that returns something else',
    node: '22',
    files: {
      'index.js': `exports.handler = (event, context, callback) => setTimeout(() => callback(null, 'later'), 5);`,
    },
    gives: 'later',
  },
  {
    title: 'a callback whose answer waits for an empty event loop',
    node: '22',
    files: {
      'index.js': `exports.handler = (event, context, callback) => {
        const seen = {}; callback(null, seen); setTimeout(() => { seen.afterwards = true; }, 30);
      };`,
    },
    gives: { afterwards: true },
  },
  {
    title: 'a callback that does not wait',
    node: '22',
    files: {
      'index.js': `exports.handler = (event, context, callback) => {
        context.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 1000); callback(null, 'at once');
      };`,
    },
    gives: 'at once',
  },
  {
    title: 'the first of two callbacks',
    node: '22',
    files: { 'index.js': `exports.handler = (event, context, callback) => { callback(null, 1); callback(null, 2); };` },
    gives: 1,
  },
  {
    title: 'null for a callback that is never called',
    node: '22',
    files: { 'index.js': `exports.handler = (event, context, callback) => { setTimeout(() => {}, 5); };` },
    gives: null,
  },
  {
    title: 'an asynchronous handler at once, whatever timers it leaves',
    files: { 'index.js': `exports.handler = async () => { setInterval(() => {}, 1000); return 'done'; };` },
    gives: 'done',
  },
  {
    title: 'context.succeed, which Node 22 has',
    files: { 'index.js': `exports.handler = (event, context) => { setTimeout(() => context.succeed('old'), 5); };` },
    node: '22',
    gives: 'old',
  },
  {
    title: 'no context.succeed, as on Node 24',
    files: { 'index.js': `exports.handler = async (event, context) => [typeof context.done, typeof context.succeed];` },
    node: '24',
    gives: ['undefined', 'undefined'],
  },
  {
    title: 'all of the context, where handlers may take callbacks',
    node: '22',
    files: {
      'index.js': `exports.handler = async (event, context) => {
        const left = context.getRemainingTimeInMillis();
        return { ...context, left: left > 1000 && left <= 3000, succeed: undefined, fail: undefined, done: undefined };
      };`,
    },
    gives: {
      awsRequestId: '8f507cfc-0000-4000-8000-000000000001',
      callbackWaitsForEmptyEventLoop: true,
      functionName: 'tested',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:tested',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/tested',
      logStreamName: '2026/01/01/[$LATEST]0123456789abcdef',
      left: true,
    },
  },
  {
    title: 'all of the context, where they may not',
    node: '24',
    files: {
      'index.js': `exports.handler = async (event, context) => {
        const left = context.getRemainingTimeInMillis();
        return { ...context, left: left > 1000 && left <= 3000 };
      };`,
    },
    gives: {
      awsRequestId: '8f507cfc-0000-4000-8000-000000000001',
      functionName: 'tested',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:tested',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/tested',
      logStreamName: '2026/01/01/[$LATEST]0123456789abcdef',
      left: true,
    },
  },
  {
    title: 'a streamed answer, whole',
    files: {
      'index.mjs': `export const handler = awslambda.streamifyResponse(async (event, stream) => {
        stream.setContentType('text/plain'); stream.write('a'); stream.write(Buffer.from('b')); stream.end(event.last);
      });`,
    },
    event: { last: 'c' },
    gives: 'abc',
  },
  {
    title: 'a streamed answer that ends after the handler, objects as JSON',
    files: {
      'index.mjs': `import { pipeline } from 'node:stream/promises'; import { Readable } from 'node:stream';
        export const handler = awslambda.streamifyResponse(async (event, stream) => {
          setTimeout(() => pipeline(Readable.from([{ x: 1 }]), stream), 5);
        });`,
    },
    gives: { x: 1 },
  },
  {
    title: 'a streamed answer with status and headers before it',
    files: {
      'index.mjs': `export const handler = awslambda.streamifyResponse(async (event, stream) => {
        const out = awslambda.HttpResponseStream.from(stream, { statusCode: 201 }); out.write('body'); out.end();
      });`,
    },
    gives: `{"statusCode":201}${'\0'.repeat(8)}body`,
  },
];

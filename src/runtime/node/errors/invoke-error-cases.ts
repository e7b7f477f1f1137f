import type { ErrorCase } from './init-error-cases.ts';

/** All ways in which a handler fails. */
export const invokeErrorCases: readonly ErrorCase[] = [
  {
    title: 'an error that an asynchronous handler throws',
    files: {
      'index.js': `class Mine extends Error { name = 'Mine'; }\nexports.handler = async () => {\n  throw new Mine('sorry');\n};`,
    },
    phase: 'invoke',
    errorType: 'Mine',
    errorMessage: /^sorry$/,
    trace: /index\.js:3:9/,
    started: true,
  },
  {
    title: 'an error that a synchronous handler throws',
    files: { 'index.js': `exports.handler = () => { throw new TypeError('at once'); };` },
    phase: 'invoke',
    errorType: 'TypeError',
    errorMessage: /^at once$/,
    started: true,
  },
  {
    title: 'an error given to the callback',
    files: { 'index.js': `exports.handler = (event, context, callback) => { callback(new Error('called')); };` },
    phase: 'invoke',
    errorType: 'Error',
    errorMessage: /^called$/,
    started: true,
  },
  {
    title: 'a text given to the callback',
    files: { 'index.js': `exports.handler = (event, context, callback) => { callback('only text'); };` },
    phase: 'invoke',
    errorType: 'string',
    errorMessage: /^only text$/,
    started: true,
  },
  {
    title: 'something thrown that is no error',
    files: { 'index.js': `exports.handler = async () => { throw { a: 1 }; };` },
    phase: 'invoke',
    errorType: 'object',
    errorMessage: /^\[object Object\]$/,
    started: true,
  },
  {
    title: 'an error with a cause',
    files: {
      'index.js': `exports.handler = async () => { throw new Error('outer', { cause: new TypeError('inner') }); };`,
    },
    phase: 'invoke',
    errorType: 'Error',
    errorMessage: /^outer$/,
    trace: /Caused by: TypeError: inner/,
    started: true,
  },
  {
    title: 'a promise of the handler that can never settle',
    files: { 'index.js': `exports.handler = async () => new Promise(() => {});` },
    phase: 'invoke',
    errorType: 'Runtime.NodeJsExit',
    errorMessage: /Promise that was never settled/,
    started: true,
  },
  {
    title: 'a result that has no JSON because it goes in circles',
    files: { 'index.js': `exports.handler = async () => { const a = {}; a.a = a; return a; };` },
    phase: 'invoke',
    errorType: 'Runtime.MarshalError',
    errorMessage: /^Unable to stringify response body: TypeError: Converting circular structure/,
    started: true,
  },
  {
    title: 'an uncaught exception',
    files: {
      'index.js': `exports.handler = () => new Promise(() => {\n  setTimeout(() => { throw new RangeError('nobody'); }, 1); });`,
    },
    phase: 'invoke',
    errorType: 'RangeError',
    errorMessage: /^nobody$/,
    trace: /index\.js:2/,
    exitCode: 129,
    started: true,
  },
  {
    title: 'an unhandled rejection',
    files: {
      'index.js': `exports.handler = () => { Promise.reject(new Error('lost')); return new Promise(() => {}); };`,
    },
    phase: 'invoke',
    errorType: 'Runtime.UnhandledPromiseRejection',
    errorMessage: /^Error: lost$/,
    trace: /index\.js:1/,
    exitCode: 128,
    started: true,
  },
  {
    title: 'a stream that its handler forgets to end',
    files: {
      'index.mjs': `export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('a'); });`,
    },
    phase: 'invoke',
    errorType: 'Runtime.NodeJsExit',
    errorMessage: /never settled/,
    started: true,
  },
  {
    title: 'a stream that its handler destroys',
    files: {
      'index.mjs': `export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.destroy(new Error('broken')); });`,
    },
    phase: 'invoke',
    errorType: 'Error',
    errorMessage: /^broken$/,
    started: true,
  },
  {
    title: 'a source map beside the code, so that the trace shows the source',
    files: {
      'index.js': `exports.handler=async()=>{throw new Error("mapped")};\n//# sourceMappingURL=index.js.map\n`,
      // One segment: line 1, column 0 of the code is line 8, column 0 of original.ts.
      'index.js.map': JSON.stringify({ version: 3, sources: ['original.ts'], names: [], mappings: 'AAOA' }),
    },
    phase: 'invoke',
    errorType: 'Error',
    errorMessage: /^mapped$/,
    trace: /original\.ts:8/,
    started: true,
  },
];

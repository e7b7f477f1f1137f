/** A function that fails, and what is reported of it. */
export interface ErrorCase {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly handler?: string;
  readonly phase: 'init' | 'invoke';
  readonly errorType: string;
  readonly errorMessage: RegExp;
  /** Something in the trace. */
  readonly trace?: RegExp;
  /** The process ends with this code; without it, it goes on serving. */
  readonly exitCode?: number;
  /** Whether user code ran at all. */
  readonly started: boolean;
}

/** All ways to fail that the runtime has words for. */
export const errorCases: readonly ErrorCase[] = [
  {
    title: 'a module that is not there',
    files: {},
    phase: 'init',
    errorType: 'Runtime.ImportModuleError',
    errorMessage: /^Error: Cannot find module 'index'/,
    exitCode: 1,
    started: false,
  },
  {
    title: 'a CommonJS module that requires one that is not there',
    files: { 'index.js': `require('absent');` },
    phase: 'init',
    errorType: 'Runtime.ImportModuleError',
    errorMessage: /^Error: Cannot find module 'absent'/,
    trace: /index\.js:1/,
    exitCode: 1,
    started: true,
  },
  {
    title: 'an ES module that imports one that is not there',
    files: { 'index.mjs': `import 'absent';` },
    phase: 'init',
    errorType: 'Runtime.ImportModuleError',
    errorMessage: /Cannot find package 'absent' imported from .*index\.mjs/,
    exitCode: 1,
    started: false,
  },
  {
    title: 'a syntax error in CommonJS',
    files: { 'index.js': `const x = ;` },
    phase: 'init',
    errorType: 'Runtime.UserCodeSyntaxError',
    errorMessage: /^SyntaxError: Unexpected token ';'/,
    trace: /index\.js:1/,
    exitCode: 1,
    started: false,
  },
  {
    title: 'a syntax error in an ES module',
    files: { 'index.mjs': `const x = ;` },
    phase: 'init',
    errorType: 'Runtime.UserCodeSyntaxError',
    errorMessage: /^SyntaxError: Unexpected token ';'/,
    exitCode: 1,
    started: false,
  },
  {
    title: 'a name that is not exported',
    files: { 'index.js': `exports.other = async () => {};` },
    phase: 'init',
    errorType: 'Runtime.HandlerNotFound',
    errorMessage: /^index\.handler is undefined or not exported$/,
    exitCode: 1,
    started: true,
  },
  {
    title: 'an export that is no function',
    files: { 'index.mjs': `export const handler = 5;` },
    phase: 'init',
    errorType: 'Runtime.HandlerNotFound',
    errorMessage: /^index\.handler is not a function$/,
    exitCode: 1,
    started: true,
  },
  {
    title: 'a handler without a dot',
    files: {},
    handler: 'index',
    phase: 'init',
    errorType: 'Runtime.MalformedHandlerName',
    errorMessage: /^Bad handler$/,
    exitCode: 1,
    started: false,
  },
  {
    title: 'a handler that climbs out of its folder',
    files: {},
    handler: '../index.handler',
    phase: 'init',
    errorType: 'Runtime.MalformedHandlerName',
    errorMessage: /^'\.\.\/index\.handler' is not a valid handler name\. Use absolute paths/,
    exitCode: 1,
    started: false,
  },
  {
    title: 'an error at the top level of CommonJS',
    files: { 'index.js': `\n\nthrow new RangeError('top');` },
    phase: 'init',
    errorType: 'RangeError',
    errorMessage: /^top$/,
    trace: /index\.js:3:7/,
    exitCode: 1,
    started: true,
  },
  {
    title: 'an error at the top level of an ES module, after an await',
    files: { 'index.mjs': `await 1;\nthrow new RangeError('top');` },
    phase: 'init',
    errorType: 'RangeError',
    errorMessage: /^top$/,
    trace: /index\.mjs:2:7/,
    exitCode: 1,
    started: true,
  },
  {
    title: 'a top-level await that never ends',
    files: { 'index.mjs': `await new Promise(() => {}); export const handler = 1;` },
    phase: 'init',
    errorType: 'Runtime.NodeJsExit',
    errorMessage: /Promise that was never settled/,
    exitCode: 1,
    started: true,
  },
  {
    title: 'an error in a timer while the module is loaded',
    files: {
      'index.mjs': `setTimeout(() => { throw new Error('timer'); }, 1); await new Promise((r) => setTimeout(r, 5000));`,
    },
    phase: 'init',
    errorType: 'Error',
    errorMessage: /^timer$/,
    exitCode: 129,
    started: true,
  },
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

import type { nodes } from '../testing.ts';

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
  /** The only Node that it is so on. */
  readonly node?: keyof typeof nodes;
  /** The process ends with this code; without it, it goes on serving. */
  readonly exitCode?: number;
  /** Whether user code ran at all. */
  readonly started: boolean;
}

/** All ways to fail before the handler runs. */
export const initErrorCases: readonly ErrorCase[] = [
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
    title: "a client of AWS's SDK that this runtime does not have",
    files: { 'index.mjs': `import '@aws-sdk/client-absent';` },
    phase: 'init',
    errorType: 'Runtime.ImportModuleError',
    errorMessage:
      /package '@aws-sdk\/client-absent' .*\nThis machine's runtime has no @aws-sdk\/client-absent, .*: deploy it with/,
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
];

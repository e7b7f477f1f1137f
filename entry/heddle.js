import { load } from './load.js';

export const { CapturedVariableError, CodeError, RemoteError, Thread, attach, remote, scope, shutdown, spawn, thread } =
  load('index');

import { load } from './load.js';

// What node:worker_threads exports, one by one: what is loaded on demand cannot be exported with `*`.
const workerThreads = load('sdk/worker-threads/index');
export const {
  BroadcastChannel,
  MessageChannel,
  MessagePort,
  SHARE_ENV,
  Worker,
  getEnvironmentData,
  isInternalThread,
  isMainThread,
  isMarkedAsUntransferable,
  locks,
  markAsUncloneable,
  markAsUntransferable,
  moveMessagePortToContext,
  parentPort,
  postMessageToThread,
  receiveMessageOnPort,
  resourceLimits,
  setEnvironmentData,
  threadId,
  threadName,
  workerData,
} = workerThreads;
// oxlint-disable-next-line import/no-default-export -- `node:worker_threads` has one
export default workerThreads.default;

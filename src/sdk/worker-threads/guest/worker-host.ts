import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { BroadcastChannel, type MessagePort, type Worker } from 'node:worker_threads';
import { Broadcasts } from '../relay/broadcasts.ts';
import { drain } from '../relay/drain.ts';
import { FramePort } from '../relay/frame-port.ts';
import { isFrame, type GuestFrame, type HostFrame, type LateFile, type Setup } from '../relay/frames.ts';
import { PortRelays } from '../relay/ports.ts';
import { packThrown } from '../relay/thrown.ts';
import { pack, unpack } from '../relay/values.ts';
import { Answers } from './answers.ts';
import { hearWhenOnline } from './online-first.ts';
import { lateRoot, type PreludeData } from './shared.ts';
import { startWorker } from './start-worker.ts';

/** How often the caller is told how busy the Worker is, once it has asked, ms. */
const loopMs = 100;

/** A real Worker, and the relay between it and whoever it stands in for. */
export class WorkerHost {
  /** Resolves when it has exited and all that it said is on its way. */
  readonly ended: Promise<void>;
  readonly #ended = Promise.withResolvers<void>();
  readonly #frames: FramePort<GuestFrame>;
  readonly #ports: PortRelays;
  readonly #broadcasts: Broadcasts;
  readonly #notices: BroadcastChannel;
  readonly #noticed = counter();
  readonly #messages = counter();
  #worker: Worker | undefined;
  #answers: Answers | undefined;
  #loopTimer: NodeJS.Timeout | undefined;

  constructor(setup: Setup, port: MessagePort, root: string) {
    this.ended = this.#ended.promise;
    this.#frames = new FramePort(port, (frame) => {
      if (isFrame<HostFrame>(frame)) this.#receive(frame);
    });
    const send = (frame: GuestFrame): void => this.#frames.send(frame);
    this.#ports = new PortRelays(1, send, (error) => send({ type: 'messageerror', thrown: packThrown(error) }));
    this.#broadcasts = new Broadcasts(send, this.#ports);
    const name = randomUUID();
    this.#notices = new BroadcastChannel(name);
    this.#listenForNotices();
    const { threadId, execArgv } = setup;
    this.#start(setup, root, {
      root,
      threadId,
      execArgv,
      notices: name,
      noticed: this.#noticed,
      messages: this.#messages,
      nested: false,
    });
  }

  #start(setup: Setup, root: string, prelude: PreludeData): void {
    try {
      this.#worker = startWorker(setup, root, prelude, this.#ports);
    } catch (error) {
      this.#frames.send({ type: 'error', thrown: packThrown(error) });
      return this.#end(1);
    }
    this.#relay(this.#worker);
    for (const frame of setup.early) this.#receive(frame);
  }

  #relay(worker: Worker): void {
    const { resourceLimits = {} } = worker;
    const send = (frame: GuestFrame): void => this.#frames.send(frame);
    this.#answers = new Answers(worker, this.#ports, send);
    worker.on('online', () => send({ type: 'online', resourceLimits }));
    hearWhenOnline(worker, {
      onMessage: (value) => this.#said(value),
      onMessageError: (error) => {
        count(this.#messages);
        send({ type: 'messageerror', thrown: packThrown(error) });
      },
    });
    worker.on('error', (error) => send({ type: 'error', thrown: packThrown(error) }));
    for (const type of ['stdout', 'stderr'] as const)
      worker[type].on('data', (data: Buffer) => send({ type, data: new Uint8Array(data) }));
    const streams = Promise.allSettled([finished(worker.stdout), finished(worker.stderr)]);
    worker.on('exit', (code) => void streams.then(() => this.#end(code)));
  }

  #said(value: unknown): void {
    count(this.#messages);
    try {
      this.#frames.send({ type: 'message', bytes: pack(value, this.#ports) });
    } catch (error) {
      this.#frames.send({ type: 'messageerror', thrown: packThrown(error) });
    }
  }

  #receive(frame: HostFrame): void {
    switch (frame.type) {
      case 'message': {
        const { value, ports } = unpack(frame.bytes, this.#ports);
        return this.#worker?.postMessage(value, ports);
      }
      case 'port':
        return this.#ports.received(frame.id, frame.bytes);
      case 'port-closed':
        return this.#ports.closed(frame.id);
      case 'broadcast':
        return this.#broadcasts.received(frame.name, frame.bytes);
      case 'stdin':
        if (frame.data === null) this.#worker?.stdin?.end();
        else this.#worker?.stdin?.write(frame.data);
        return;
      case 'files':
        return frame.files.forEach(keepFile);
      case 'terminate':
        return void this.#worker?.terminate();
      case 'watch-loop':
        return this.#watchLoop();
      case 'ask':
        return void this.#answers?.answer(frame);
    }
  }

  #listenForNotices(): void {
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- its types have no other
    this.#notices.onmessage = (event: unknown) => {
      if (typeof event === 'object' && event !== null && 'data' in event) this.#joined(String(event.data));
    };
    this.#notices.unref();
  }

  #joined(name: string): void {
    if (this.#broadcasts.join(name)) this.#frames.send({ type: 'join', name });
    count(this.#noticed);
  }

  #watchLoop(): void {
    const tell = (): void => {
      const { idle = 0, active = 0 } = this.#worker?.performance.eventLoopUtilization() ?? {};
      this.#frames.send({ type: 'loop', idle, active });
    };
    this.#loopTimer ??= setInterval(tell, loopMs);
    tell();
  }

  #end(code: number): void {
    clearInterval(this.#loopTimer);
    for (const name of drain(this.#notices)) this.#joined(String(name));
    this.#ports.drain();
    this.#broadcasts.drain();
    this.#frames.send({ type: 'exit', code });
    this.#notices.close();
    this.#broadcasts.close();
    this.#ports.closeAll();
    this.#ended.resolve();
  }
}

/** Shared with the Worker. */
function counter(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

function count(what: Int32Array): void {
  Atomics.add(what, 0, 1);
  Atomics.notify(what, 0);
}

function keepFile({ path, mode, data }: LateFile): void {
  mkdirSync(dirname(lateRoot + path), { recursive: true });
  writeFileSync(lateRoot + path, data, { mode });
}

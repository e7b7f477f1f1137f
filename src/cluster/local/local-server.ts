import { LocalProcess } from './local-process.ts';

/** What a NATS server of a local cluster is started with. */
export interface LocalServerOptions {
  readonly name: string;
  /** Where hosts connect to it. */
  readonly url: string;
  readonly command: readonly string[];
  readonly logFile: string;
}

/** A NATS server of a local cluster. */
export class LocalServer {
  readonly name: string;
  readonly url: string;
  readonly process: LocalProcess;

  constructor({ name, url, command, logFile }: LocalServerOptions) {
    this.name = name;
    this.url = url;
    this.process = new LocalProcess({ name, command, logFile, saysReady: { on: 'stderr', line: /Server is ready/ } });
  }
}

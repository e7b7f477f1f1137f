import { ask, type WaitOptions } from './ask.ts';

/** Where so many meet: each waits until all are there, and then it starts anew. */
export class Barrier {
  readonly name: string;
  readonly parties: number;

  constructor(name: string, parties: number) {
    this.name = name;
    this.parties = parties;
  }

  /** 0 for the first who came, parties - 1 for the last. Rejects with SharingError `broken` where one of them gave up or ended. */
  async wait(options: WaitOptions = {}): Promise<number> {
    const answer = await ask({ kind: 'barrier', op: 'wait', name: this.name, parties: this.parties }, options);
    return Number(answer['index']);
  }

  /** Makes a broken barrier whole. */
  async reset(): Promise<void> {
    await ask({ kind: 'barrier', op: 'reset', name: this.name, parties: this.parties });
  }
}

/** Opens when it was counted down, and stays open. */
export class Latch {
  readonly name: string;
  readonly count: number;

  constructor(name: string, count: number) {
    this.name = name;
    this.count = count;
  }

  async countDown(n = 1): Promise<void> {
    await ask({ kind: 'latch', op: 'countDown', name: this.name, count: this.count, n });
  }

  async wait(options: WaitOptions = {}): Promise<void> {
    await ask({ kind: 'latch', op: 'wait', name: this.name, count: this.count }, options);
  }
}

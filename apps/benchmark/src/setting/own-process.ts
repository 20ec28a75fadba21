import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Bench } from '../part';

type Answer<Output> = { output: Output } | { error: string };

/**
 * Runs a file of ours in a process of its own, so that making load doesn't take the event loop of what is measured. The file
 * calls `answerParent`; further calls go to the same process.
 */
export class OwnProcess<Input, Output> {
  private constructor(private readonly child: ChildProcess) {}

  static async start<Input, Output>(bench: Bench, file: string): Promise<OwnProcess<Input, Output>> {
    const child = fork(file, { execArgv: ['--disable-warning=ExperimentalWarning'] });
    bench.onEnd(async () => void child.kill('SIGKILL'));
    await once(child, 'message');
    return new OwnProcess(child);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** One at a time. */
  async ask(input: Input): Promise<Output> {
    this.child.send({ input });
    const answer = await new Promise<Answer<Output>>((resolve, reject) => {
      const ended = () => reject(new Error(`${this.child.spawnfile} ended before it answered`));
      this.child.once('exit', ended);
      this.child.once('message', (message) => {
        this.child.off('exit', ended);
        resolve(message as Answer<Output>);
      });
    });
    if ('error' in answer) throw new Error(answer.error);
    return answer.output;
  }
}

/** The other side: answers each question in turn. */
export function answerParent<Input, Output>(work: (input: Input) => Promise<Output>): void {
  process.on('message', ({ input }: { input: Input }) => {
    work(input).then(
      (output) => process.send?.({ output }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.('ready');
}

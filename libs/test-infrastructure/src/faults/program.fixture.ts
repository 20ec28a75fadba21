import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually as repeatedly } from '../eventually';
import { isRunning } from '../servers/server-process';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** One program in a process of its own. */
export class Program {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;

  constructor(folder: string, code: string, env: NodeJS.ProcessEnv) {
    const main = join(mkdtempSync(join(folder, 'program-')), 'main.js');
    writeFileSync(main, code);
    this.child = spawn(process.execPath, ['--enable-source-maps', main], {
      env: { ...process.env, ...env },
    });
    this.child.stdout!.on('data', (bytes) => (this.stdout += String(bytes)));
    this.child.stderr!.on('data', (bytes) => (this.stderr += String(bytes)));
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => resolve({ code, signal, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  async end(): Promise<void> {
    if (isRunning(this.pid)) this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** Starting a process takes its time on a busy machine. */
export const eventually = <T>(check: () => Promise<T> | T) => repeatedly(check, { timeoutMs: 60_000 });

import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  endProcess,
  isRunning,
  lastLines,
  ownedProcess,
  signal,
  spawnServer,
} from '@calendar-sync/test-infrastructure';
import { Refusal } from '../settings/settings';
import { LogTail, rotate, troubleIn } from './log-tail';

export interface ProcessDefinition {
  name: string;
  /** Arguments of Node. One of them must hold `mark`. */
  args: string[];
  /** By what an orphan of ours is known on its command line. */
  mark: string;
  env: NodeJS.ProcessEnv;
  pidFile: string;
  logFile: string;
  /** Answers 200 once it is ready. */
  readyUrl: string;
  /** Started again when it dies. */
  restart: boolean;
  onNews: (name: string, text: string) => void;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const STEADY_AFTER_MS = 60_000;

/** A Node process that is kept running: started again with growing pauses when it dies, and its errors are passed on. */
export class SupervisedProcess {
  private pid: number | undefined;
  private wanted = false;
  private generation = 0;
  private lastExit: Exit | undefined;
  private pauseMs = FIRST_PAUSE_MS;
  private tail: LogTail | undefined;
  private spoken = 0;

  constructor(readonly definition: ProcessDefinition) {}

  get name(): string {
    return this.definition.name;
  }

  get runningPid(): number | undefined {
    return this.pid !== undefined && isRunning(this.pid) ? this.pid : undefined;
  }

  /** How it ended the last time. */
  get exit(): Exit | undefined {
    return this.lastExit;
  }

  /** Starts it; not yet ready. Ends an orphan of an earlier stack first. */
  async start(): Promise<void> {
    const { args, env, logFile, pidFile } = this.definition;
    await this.endOrphan();
    rotate(logFile);
    this.wanted = true;
    this.tail ??= new LogTail(logFile, (line) => this.tell(troubleIn(line)));
    const began = Date.now();
    const generation = (this.generation += 1);
    const onExit = (code: number | null, by: NodeJS.Signals | null) => {
      this.lastExit = { code, signal: by };
      void this.again(began, generation);
    };
    this.pid = await spawnServer({ command: process.execPath, args, env, logFile, onExit });
    writeFileSync(pidFile, String(this.pid));
  }

  /** Waits for a 200 of its ready address. A process that ends before is a Refusal with the end of its log. */
  async ready(timeoutMs = 120_000): Promise<void> {
    const { name, readyUrl, logFile } = this.definition;
    const until = Date.now() + timeoutMs;
    const generation = this.generation;
    let reason = 'no answer';
    while (Date.now() < until) {
      if (generation === this.generation && this.runningPid === undefined) {
        this.wanted = false;
        throw new Refusal(`${name} ended while it started:\n${readable(lastLines(logFile, 30))}`);
      }
      try {
        const answer = await fetch(readyUrl, { signal: AbortSignal.timeout(2_000) });
        if (answer.ok) return;
        reason = (await answer.text()).slice(0, 500);
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
      await delay(100);
    }
    throw new Refusal(`${name} did not become ready within ${timeoutMs / 1_000} s (${reason}). Its log: ${logFile}`);
  }

  /** Ends it and keeps it down. */
  async stop({ by = 'SIGTERM' as NodeJS.Signals, graceMs = 9_000 } = {}): Promise<void> {
    this.wanted = false;
    const pid = this.runningPid;
    if (pid !== undefined) await endProcess(pid, { by, graceMs });
    this.tail?.close();
    this.tail = undefined;
    rmSync(this.definition.pidFile, { force: true });
  }

  /** Sends a signal and leaves the rest to fate: after a SIGKILL it is started again where that was asked for. */
  signal(name: NodeJS.Signals): void {
    if (this.pid !== undefined) signal(this.pid, name);
  }

  async endOrphan(): Promise<boolean> {
    const orphan = ownedProcess(this.definition.pidFile, this.definition.mark);
    if (orphan === undefined || orphan === this.pid) return false;
    await endProcess(orphan, { graceMs: 3_000 });
    return true;
  }

  private async again(began: number, generation: number): Promise<void> {
    if (!this.wanted || generation !== this.generation || !this.definition.restart) return;
    if (Date.now() - began > STEADY_AFTER_MS) this.pauseMs = FIRST_PAUSE_MS;
    const pause = this.pauseMs;
    this.pauseMs = Math.min(pause * 2, LONGEST_PAUSE_MS);
    this.definition.onNews(this.name, `ended; starting again in ${pause / 1_000} s`);
    await delay(pause);
    if (!this.wanted || generation !== this.generation) return;
    await this.start().catch((error: unknown) => this.definition.onNews(this.name, String(error)));
  }

  /** No more than ten lines in ten seconds: the log holds them all. */
  private tell(text: string | undefined): void {
    if (text === undefined) return;
    if (this.spoken === 0) setTimeout(() => (this.spoken = 0), 10_000).unref();
    this.spoken += 1;
    if (this.spoken <= 10) this.definition.onNews(this.name, text.slice(0, 300));
    else if (this.spoken === 11) this.definition.onNews(this.name, `and more: see ${this.definition.logFile}`);
  }
}

const readable = (log: string) =>
  log
    .split('\n')
    .map((line) => troubleIn(line))
    .filter((line) => line !== undefined)
    .slice(-8)
    .join('\n');

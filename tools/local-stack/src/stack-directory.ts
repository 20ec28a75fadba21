import { chmodSync, constants, mkdirSync, statfsSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isOpenToAll } from '@calendar-sync/test-infrastructure';
import { Refusal } from './settings/settings';

const LEAST_FREE_MB = 300;

/** Where a stack keeps what it keeps. */
export class StackDirectory {
  readonly path: string;
  readonly logs: string;
  readonly run: string;
  readonly secrets: string;
  readonly kafka: string;
  readonly simulator: string;

  constructor(path: string) {
    this.path = resolve(path);
    this.logs = join(this.path, 'logs');
    this.run = join(this.path, 'run');
    this.secrets = join(this.path, 'secrets.json');
    this.kafka = join(this.path, 'kafka-data');
    this.simulator = join(this.path, 'simulator');
  }

  /**
   * Postgres refuses to run as root and runs as another user then, who must be able to reach it: where the checkout is
   * closed to others it lies in the system's temporary folder.
   */
  get postgres(): string {
    const inside = join(this.path, 'postgres');
    if (process.getuid?.() !== 0 || isOpenToAll(this.path)) return inside;
    return join(tmpdir(), `calendar-sync-${createHash('sha256').update(this.path).digest('hex').slice(0, 12)}`);
  }

  /** By what a process of this stack is known on its command line. */
  get mark(): string {
    return `--stack=${this.path}/`;
  }

  pidFile(name: string): string {
    return join(this.run, `${name}.pid`);
  }

  logFile(name: string): string {
    return join(this.logs, `${name}.log`);
  }

  /** Throws a Refusal when the disk is nearly full. */
  create(): void {
    mkdirSync(this.path, { recursive: true });
    if (process.getuid?.() === 0)
      chmodSync(this.path, statSync(this.path).mode | constants.S_IXGRP | constants.S_IXOTH);
    for (const folder of [this.logs, this.run]) mkdirSync(folder, { recursive: true });
    const { bavail, bsize } = statfsSync(this.path);
    const free = Math.floor((bavail * bsize) / 2 ** 20);
    if (free < LEAST_FREE_MB) {
      throw new Refusal(
        `The disk under ${this.path} is nearly full: ${free} MB are free, ${LEAST_FREE_MB} MB are needed.`,
      );
    }
  }
}

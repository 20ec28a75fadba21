import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { workspaceRoot } from '../workspace';

const pom = join(workspaceRoot, 'libs/test-infrastructure/kafka/pom.xml');

/** The Kafka release that the pom names. */
export function kafkaVersion(): string {
  const version = /<artifactId>kafka_[\d.]+<\/artifactId>\s*<version>([^<]+)<\/version>/.exec(
    readFileSync(pom, 'utf8'),
  );
  if (!version) throw new Error('the pom of the local Kafka names no version');
  return version[1]!;
}

export const waysOut = 'install it, or set KAFKA_BROKERS to a running Kafka (docker compose up -d starts one)';

/** Throws one clear line when no Java of at least 17 is there to run Kafka with. */
export function requireJava(): void {
  const { error, stderr, stdout } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const version = /version "(?:1\.)?(\d+)/.exec(`${stderr}${stdout}`)?.[1];
  if (error !== undefined || version === undefined) throw new Error(`Kafka needs Java 17 or newer: ${waysOut}.`);
  if (Number(version) < 17) throw new Error(`Kafka needs Java 17 or newer, and this is Java ${version}: ${waysOut}.`);
}

export interface JarsOptions {
  /** Where jars are kept, a folder per Kafka version. Default `.local/kafka` of the checkout. */
  cache?: string;
  onFetch?: (version: string) => void;
}

/** The folder with Kafka's jars; fetched with Maven once per version. Any number of processes may ask at once. */
export async function kafkaJars({
  cache = join(workspaceRoot, '.local/kafka'),
  onFetch,
}: JarsOptions = {}): Promise<string> {
  const version = kafkaVersion();
  const libs = join(cache, version, 'libs');
  if (existsSync(libs)) return libs;
  onFetch?.(version);
  const unfinished = join(cache, version, `libs.${process.pid}.${Date.now()}`);
  mkdirSync(unfinished, { recursive: true });
  try {
    await promisify(execFile)(
      'mvn',
      [
        '-q',
        '-B',
        '-f',
        pom,
        'dependency:copy-dependencies',
        `-DoutputDirectory=${unfinished}`,
        '-DincludeScope=runtime',
      ],
      { env: process.env },
    );
    if (!readdirSync(unfinished).some((file) => file.startsWith('kafka_'))) throw new Error('Maven brought no Kafka');
    renameSync(unfinished, libs);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (existsSync(libs)) return libs; // another process was first
    const { code, stdout } = error as { code?: string; stdout?: string };
    if (code === 'ENOENT') throw new Error(`Kafka is fetched with Maven, and mvn is not there: ${waysOut}.`);
    throw new Error(`Maven could not fetch Kafka ${version}: ${firstError(stdout) ?? String(error)}`);
  }
  return libs;
}

const firstError = (output = '') => output.split('\n').find((line) => line.includes('[ERROR]'));

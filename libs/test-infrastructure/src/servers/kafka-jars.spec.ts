import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaJars, kafkaVersion } from './kafka-jars';

describe("Kafka's jars", () => {
  const cache = mkdtempSync(join(tmpdir(), 'calendar-sync-jars-'));
  const path = process.env['PATH'];
  const calls = join(cache, 'calls');
  const libs = join(cache, kafkaVersion(), 'libs');

  /** A Maven that leaves one jar, or fails, and notes that it was called. */
  const maven = (ending: string) => {
    const bin = join(cache, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(
      join(bin, 'mvn'),
      `#!/bin/sh\necho called >> ${calls}\nfor word; do case $word in -DoutputDirectory=*) dir=\${word#*=};; esac; done\n${ending}\n`,
    );
    chmodSync(join(bin, 'mvn'), 0o755);
    process.env['PATH'] = `${bin}:/usr/bin:/bin`;
  };
  const timesCalled = () => readFileSync(calls, 'utf8').trim().split('\n').length;

  beforeEach(() => {
    rmSync(join(cache, kafkaVersion()), { recursive: true, force: true });
    writeFileSync(calls, '');
  });
  afterEach(() => {
    process.env['PATH'] = path;
  });
  afterAll(() => rmSync(cache, { recursive: true }));

  it('are fetched once per version', async () => {
    maven('echo jar > $dir/kafka_2.13.jar');
    expect(await kafkaJars({ cache })).toBe(libs);
    maven('exit 1');
    expect(await kafkaJars({ cache })).toBe(libs);
    expect(timesCalled()).toBe(1);
  });

  it('survive two processes that fetch at once', async () => {
    maven('echo jar > $dir/kafka_2.13.jar');
    expect(await Promise.all([kafkaJars({ cache }), kafkaJars({ cache })])).toEqual([libs, libs]);
    expect(readdirSync(join(cache, kafkaVersion()))).toEqual(['libs']);
  });

  it('are not taken for complete when Maven failed half-way', async () => {
    maven('echo jar > $dir/kafka_2.13.jar; echo "[ERROR] no route to the repository"; exit 1');
    await expect(kafkaJars({ cache })).rejects.toThrow('no route to the repository');
    expect(readdirSync(join(cache, kafkaVersion()))).toEqual([]);
  });

  it('say both ways out where there is no Maven', async () => {
    process.env['PATH'] = '/nowhere';
    await expect(kafkaJars({ cache })).rejects.toThrow(/mvn is not there: install it, or set KAFKA_BROKERS/);
  });
});

import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endProcess, eventually, freePorts, isRunning } from '@calendar-sync/test-infrastructure';
import { StackDirectory } from '../stack-directory';
import { LogTail, troubleIn } from './log-tail';
import { endOrphans } from './orphans';
import { SupervisedProcess } from './supervised-process';

const server = `
  require('node:http').createServer((request, response) => response.end('ok')).listen(Number(process.env.PORT), '127.0.0.1');
  console.log(JSON.stringify({ level: 'info', message: 'all is well' }));
`;

describe('a supervised process', () => {
  const directory = new StackDirectory(mkdtempSync(join(tmpdir(), 'calendar-sync-processes-')));
  directory.create();
  const news: string[] = [];
  const started: SupervisedProcess[] = [];
  let port = 0;

  const supervise = (script: string) => {
    const file = join(directory.path, `program-${started.length}.js`);
    writeFileSync(file, script);
    const process = new SupervisedProcess({
      name: 'program',
      args: [file, directory.mark],
      mark: directory.mark,
      env: { PORT: String(port) },
      pidFile: directory.pidFile('program'),
      logFile: directory.logFile('program'),
      readyUrl: `http://127.0.0.1:${port}/`,
      restart: true,
      onNews: (_name, text) => news.push(text),
    });
    started.push(process);
    return process;
  };

  beforeEach(async () => {
    news.length = 0;
    port = (await freePorts(1))[0]!;
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((process) => process.stop({ graceMs: 100 })));
  });
  afterAll(() => rmSync(directory.path, { recursive: true }));

  it('is started again when it is killed, and says so', async () => {
    const process = supervise(server);
    await process.start();
    await process.ready();
    const first = process.runningPid;
    process.signal('SIGKILL');
    await eventually(() => process.runningPid !== undefined && process.runningPid !== first);
    await process.ready();
    expect(news).toEqual([expect.stringContaining('starting again')]);
  });

  it('stays down when it was stopped', async () => {
    const process = supervise(server);
    await process.start();
    await process.ready();
    const pid = process.runningPid!;
    await process.stop();
    expect(isRunning(pid)).toBe(false);
    expect(process.runningPid).toBeUndefined();
    await eventually(() => expect(process.exit).toEqual({ code: null, signal: 'SIGTERM' }));
    expect(news).toEqual([]);
  });

  it('that ends while it starts is refused with what it said', async () => {
    const process = supervise("console.error('GATEWAY_PORT: must be a number'); process.exit(1)");
    await process.start();
    await expect(process.ready()).rejects.toThrow('GATEWAY_PORT: must be a number');
  });

  it('is ended when it does not hear the polite signal', async () => {
    const process = supervise(`process.on('SIGTERM', () => undefined);${server}`);
    await process.start();
    await process.ready();
    const pid = process.runningPid!;
    await process.stop({ graceMs: 50 });
    expect(isRunning(pid)).toBe(false);
  });

  it('shows errors at the terminal and keeps the rest to the log', async () => {
    const process = supervise(`${server}; console.log(JSON.stringify({ level: 'error', message: 'the pull failed' }))`);
    await process.start();
    await process.ready();
    await eventually(() => news.length > 0);
    expect(news).toEqual(['the pull failed']);
    expect(readFileSync(directory.logFile('program'), 'utf8')).toContain('all is well');
  });

  it('that an earlier launcher left behind is ended', async () => {
    const left = supervise(server);
    await left.start();
    await left.ready();
    const pid = left.runningPid!;
    await endOrphans(directory, (text) => news.push(text));
    expect(isRunning(pid)).toBe(false);
  });

  it('of somebody else that was given the number of ours is left alone', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    writeFileSync(directory.pidFile('program'), String(stranger.pid));
    await endOrphans(directory, (text) => news.push(text));
    expect(isRunning(stranger.pid!)).toBe(true);
    expect(news).toEqual([]);
    await endProcess(stranger.pid!);
  });
});

describe('a log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'calendar-sync-log-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is followed line by line from where it ended', () => {
    const file = join(folder, 'a.log');
    writeFileSync(file, 'old\n');
    const lines: string[] = [];
    const tail = new LogTail(file, (line) => lines.push(line), 3_600_000);
    appendFileSync(file, 'new\nhal');
    tail.read();
    appendFileSync(file, 'f\n');
    tail.close();
    expect(lines).toEqual(['new', 'half']);
  });

  it.each([
    ['{"level":"error","message":"failed","error":{"message":"no route"}}', 'failed: no route'],
    ['{"level":"warn","message":"slow"}', undefined],
    ['{"level":"error","message":"Restarting the consumer in 100ms","kafkajs":"Consumer"}', undefined],
    ['gateway cannot start:', 'gateway cannot start:'],
    ['listening on port 1', undefined],
    ['{"level":"error"', undefined],
  ])('line %s says to the terminal: %s', (line, text) => {
    expect(troubleIn(line)).toBe(text);
  });
});

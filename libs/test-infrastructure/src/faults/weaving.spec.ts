import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModuleKind, transpileModule } from 'typescript';
import { workspaceRoot } from '../workspace';
import { isStopped } from './process-memory';
import { eventually, Program } from './program.fixture';
import { misfits, weave, type Woven } from './weaving';
import type { Weaving } from './weave-source';

const stepSource = `export function step(round: number): string {
  const name: string = 'step';
  return name + round;
}
export async function wait(round: number): Promise<void> {
  await Promise.resolve(round);
}
export function fail(): never {
  throw new Error('on the ninth line');
}
`;

const weavings: Weaving[] = [
  {
    name: 'step',
    module: 'lib/dist/step.js',
    find: 'return name',
    replace: "failpoint('step', { round });\nreturn name",
  },
  {
    name: 'wait',
    module: 'lib/dist/step.js',
    find: 'await Promise.resolve(round);',
    replace: "await failpointAsync('wait', { round });",
  },
];

jest.setTimeout(300_000);

describe('weaving', () => {
  let folder: string;
  const programs: Program[] = [];
  const run = (code: string, woven: Woven, env: NodeJS.ProcessEnv = {}) => {
    const program = new Program(folder, code, { ...woven.env, ...env });
    programs.push(program);
    return program;
  };
  const steps = "const { step, wait, fail } = require('lib');\n";

  beforeAll(() => {
    // What is preloaded is compiled code: that of now.
    execFileSync(
      process.execPath,
      [join(workspaceRoot, 'node_modules/typescript-native/bin/tsc'), '-b', 'libs/test-infrastructure'],
      { cwd: workspaceRoot },
    );
  }, 300_000);

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'weaving-')));
    mkdirSync(join(folder, 'packages/lib/dist'), { recursive: true });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync('../packages/lib', join(folder, 'node_modules/lib'));
    const { outputText, sourceMapText } = transpileModule(stepSource, {
      fileName: 'step.ts',
      compilerOptions: { module: ModuleKind.CommonJS, sourceMap: true },
    });
    writeFileSync(join(folder, 'packages/lib/package.json'), '{ "main": "dist/step.js" }');
    writeFileSync(join(folder, 'packages/lib/dist/step.js'), outputText);
    writeFileSync(join(folder, 'packages/lib/dist/step.js.map'), sourceMapText!);
  });
  afterEach(async () => {
    await Promise.all(programs.splice(0).map((program) => program.end()));
    rmSync(folder, { recursive: true });
  });

  it('changes a module that is reached through a link, and says in which process', async () => {
    const removed = { name: 'no-name', module: 'lib/dist/step.js', find: "'step'", replace: "'woven'" };
    const woven = weave(join(folder, 'woven'), [removed]);
    const program = run(`${steps}console.log(step(1));`, woven);
    expect(await program.ended).toMatchObject({ code: 0, stdout: 'woven1\n', stderr: '' });
    expect(woven.applied()).toEqual([{ name: 'no-name', pid: program.pid }]);
  });

  it('leaves a process alone that loads none of it, and one without the variable', async () => {
    const woven = weave(join(folder, 'woven'), weavings);
    expect(await run('console.log(1)', woven).ended).toMatchObject({ code: 0, stdout: '1\n', stderr: '' });
    expect(await run(`${steps}console.log(step(1), typeof failpoint)`, woven, { WEAVE_FILE: '' }).ended).toMatchObject({
      stdout: 'step1 undefined\n',
    });
    expect(woven.applied()).toEqual([]);
  });

  it('ends a process with one line when a weaving does not fit', async () => {
    const twice = { name: 'twice', module: 'lib/dist/step.js', find: 'function', replace: '' };
    const ended = await run(`${steps}console.log(step(1));`, weave(join(folder, 'woven'), [twice])).ended;
    expect(ended.code).toBe(78);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toMatch(
      /^A weaving does not fit: twice: its text occurs \d+ times in lib\/dist\/step.js.*\n$/,
    );
  });

  it('keeps the lines of the source in stack traces', async () => {
    const ended = await run(`${steps}fail();`, weave(join(folder, 'woven'), weavings)).ended;
    expect(ended.stderr).toContain('step.ts:9:');
  });

  it('keeps the NODE_OPTIONS that were there', () => {
    const before = process.env['NODE_OPTIONS'];
    process.env['NODE_OPTIONS'] = '--max-old-space-size=400';
    try {
      expect(weave(join(folder, 'woven'), []).env['NODE_OPTIONS']).toMatch(
        /^--max-old-space-size=400 --require ".*weave\.js"$/,
      );
    } finally {
      if (before === undefined) delete process.env['NODE_OPTIONS'];
      else process.env['NODE_OPTIONS'] = before;
    }
  });

  it('says before any process runs which weavings do not fit', () => {
    const module = join(folder, 'packages/lib/dist/step.js');
    const fitting = weavings.map((weaving) => ({ ...weaving, module }));
    expect(misfits(fitting)).toEqual([]);
    expect(
      misfits([
        ...fitting,
        { name: 'nowhere', module: 'libs/nothing.js', find: 'a', replace: '' },
        { name: 'absent', module, find: 'no such text', replace: '' },
      ]),
    ).toEqual(
      ['nowhere: there is no libs/nothing.js', expect.stringMatching(/^absent: its text occurs 0 times/)].reverse(),
    );
    expect(misfits([...fitting, { name: 'over', module, find: 'return name + round', replace: '' }])).toEqual([
      expect.stringMatching(/^over: another weaving|^step: another weaving/),
    ]);
  });

  describe('a failpoint', () => {
    let woven: Woven;
    beforeEach(() => {
      woven = weave(join(folder, 'woven'), weavings);
    });

    it('is passed when it is not armed', async () => {
      const { stdout } = await run(`${steps}wait(1).then(() => console.log(step(1)));`, woven).ended;
      expect(stdout).toBe('step1\n');
      expect(woven.strikes('step')).toEqual([]);
    });

    it('kills its process where it stands, and notes it', async () => {
      woven.arm('step', { action: 'kill' });
      const program = run(`${steps}console.log('before'); step(7); console.log('after');`, woven);
      expect(await program.ended).toMatchObject({ signal: 'SIGKILL', stdout: 'before\n' });
      expect(woven.strikes('step')).toEqual([{ pid: program.pid, at: expect.any(String), details: { round: 7 } }]);
    });

    it('ends its process with code 1', async () => {
      woven.arm('step', { action: 'exit' });
      expect(await run(`${steps}step(1);`, woven).ended).toMatchObject({ code: 1, signal: null, stderr: '' });
    });

    it('freezes its process until it is told to go on', async () => {
      woven.arm('step', { action: 'stop', times: 1 });
      const program = run(`${steps}console.log(step(1));`, woven);
      await eventually(() => isStopped(program.pid));
      expect(program.stdout).toBe('');
      program.child.kill('SIGCONT');
      expect(await program.ended).toMatchObject({ code: 0, stdout: 'step1\n' });
    });

    it('throws a TypeError, or the error that is wanted', async () => {
      const program = `${steps}try { step(1); } catch (error) { console.log(error.name, error.message); }`;
      woven.arm('step', { action: 'throw' });
      expect((await run(program, woven).ended).stdout).toBe('TypeError failpoint step\n');
      woven.arm('step', { action: 'throw', error: 'RangeError' });
      expect((await run(program, woven).ended).stdout).toBe('RangeError failpoint step\n');
    });

    it('holds its process until it is disarmed', async () => {
      woven.arm('wait', { action: 'hold' });
      const program = run(`${steps}console.log(1); wait(1).then(() => console.log(2));`, woven);
      await eventually(() => woven.strikes('wait').length === 1);
      expect(program.stdout).toBe('1\n');
      woven.disarm('wait');
      expect(await program.ended).toMatchObject({ code: 0, stdout: '1\n2\n' });
    });

    it('can not hold where nothing awaits it', async () => {
      woven.arm('step', { action: 'hold' });
      expect((await run(`${steps}step(1);`, woven).ended).stderr).toContain('failpoint step can not hold');
    });

    it('skips hits, and strikes only where the details match, so many times in all', async () => {
      const rounds = `${steps}for (let round = 1; round <= 6; round++) try { step(round % 3); } catch { console.log(round); }`;
      woven.arm('step', { action: 'throw', skip: 2, times: 3 });
      expect((await run(rounds, woven).ended).stdout).toBe('3\n4\n5\n');
      expect((await run(rounds, woven).ended).stdout).toBe('');
      woven.arm('step', { action: 'throw', match: '"round":2', times: 3 });
      expect((await run(rounds, woven).ended).stdout).toBe('2\n5\n');
      expect((await run(rounds, woven).ended).stdout).toBe('2\n');
      expect(woven.strikes('step')).toHaveLength(6);
    });

    it('strikes only the processes that are named', async () => {
      const program = run(
        `${steps}setInterval(() => { try { step(1); console.log('passed'); } catch { process.exit(3); } }, 20);`,
        woven,
      );
      woven.arm('step', { action: 'throw', pids: [process.pid] });
      await eventually(() => program.stdout.includes('passed'));
      const passed = program.stdout.length;
      await eventually(() => program.stdout.length > passed + 30);
      woven.arm('step', { action: 'throw', pids: [program.pid] });
      expect((await program.ended).code).toBe(3);
    });

    it('bears a name that a file can bear', () => {
      expect(() => woven.arm('../step', { action: 'kill' })).toThrow('can not be a failpoint');
      expect(existsSync(join(folder, 'woven/step.json'))).toBe(false);
    });
  });

  it('moves the clock of the processes of one set of weavings and of no others', async () => {
    const [one, other] = ['one', 'other'].map((name) => weave(join(folder, name), [], { clock: true })) as [
      Woven,
      Woven,
    ];
    const hour = 3_600_000;
    one.moveClock(hour);
    const printed = await Promise.all([one, other].map((woven) => run('console.log(Date.now())', woven).ended));
    const [moved, still] = printed.map(({ stdout }) => Math.round((Number(stdout) - Date.now()) / hour) + 0);
    expect([moved, still]).toEqual([1, 0]);
    expect(() => weave(join(folder, 'still'), []).moveClock(1)).toThrow('the clock stays');
  });
});

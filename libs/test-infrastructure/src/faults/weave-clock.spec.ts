import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModuleKind, transpileModule } from 'typescript';
import { eventually, Program } from './program.fixture';

jest.setTimeout(300_000);

describe('a moved clock', () => {
  let folder: string;
  const programs: Program[] = [];
  const moveClock = (ms: number) => writeFileSync(join(folder, 'clock'), String(ms));
  const run = (code: string) => {
    const move = `require(${JSON.stringify(join(folder, 'weave-clock.js'))}).moveClockBy(${JSON.stringify(join(folder, 'clock'))});`;
    const program = new Program(folder, `${move}\n${code}`, {});
    programs.push(program);
    return program;
  };

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'moved-clock-')));
    const source = readFileSync(join(__dirname, 'weave-clock.ts'), 'utf8');
    const { outputText } = transpileModule(source, { compilerOptions: { module: ModuleKind.CommonJS } });
    writeFileSync(join(folder, 'weave-clock.js'), outputText);
  });
  afterEach(async () => {
    await Promise.all(programs.splice(0).map((program) => program.end()));
    rmSync(folder, { recursive: true });
  });

  const hour = 3_600_000;
  const hoursFromNow = (then: number) => Math.round((then - Date.now()) / hour) + 0;
  const printNow = (expression: string) => `console.log(JSON.stringify(${expression}))`;

  it('moves now in every way to ask for it, there and back, while the process runs', async () => {
    const program = run(
      `setInterval(() => ${printNow('[Date.now(), new Date().getTime(), Date.parse(Date())]')}, 20);`,
    );
    const differences = () => {
      const line = program.stdout.trimEnd().split('\n').at(-1)!;
      return (JSON.parse(line) as number[]).map((then) => hoursFromNow(then));
    };
    await eventually(() => expect(differences()).toEqual([0, 0, 0]));
    moveClock(5 * hour);
    await eventually(() => expect(differences()).toEqual([5, 5, 5]));
    moveClock(-48 * hour);
    await eventually(() => expect(differences()).toEqual([-48, -48, -48]));
    moveClock(0);
    await eventually(() => expect(differences()).toEqual([0, 0, 0]));
  });

  it('leaves everything else of Date as it is', async () => {
    moveClock(10 * hour);
    const { stdout } = await run(
      `class Day extends Date { name() { return 'day'; } }
         const { Date: Plain } = require('node:vm').runInNewContext('({ Date })');
         const day = new Day(), given = new Date(2026, 10, 23, 9);
         ${printNow(`[
           new Date() instanceof Date, new Date().constructor === Date, given instanceof Date, day instanceof Day, day instanceof Date,
           day.name(), Math.round((day.getTime() - new Plain().getTime()) / ${hour}),
           new Date(5).toISOString(), new Date('2026-11-23').getTime() === Date.UTC(2026, 10, 23), Date.parse('1970-01-01T00:00:00Z'),
           Date.length, Date.name, given.getHours(), new Date(given).getTime() === given.getTime(),
           require('node:util').types.isDate(new Date()), structuredClone(given) instanceof Date,
         ]`)}`,
    ).ended;
    expect(JSON.parse(stdout)).toEqual([
      true,
      true,
      true,
      true,
      true,
      'day',
      10,
      '1970-01-01T00:00:00.005Z',
      true,
      0,
      7,
      'Date',
      9,
      true,
      true,
      true,
    ]);
  });

  it('moves no timers, and lets the process end', async () => {
    moveClock(1_000 * hour);
    const { code, stdout } = await run(
      `const began = performance.now(); setTimeout(() => console.log(performance.now() - began < ${hour}), 10);`,
    ).ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'true\n' });
  });
});

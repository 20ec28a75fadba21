import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './program.fixture';
import { cpuSeconds, residentBytes } from './process-memory';

jest.setTimeout(300_000);

describe('what a process uses', () => {
  it('grows with the memory that it fills', async () => {
    const program =
      "const before = Buffer.alloc(1); process.stdin.once('data', () => { globalThis.kept = Buffer.alloc(100_000_000, 1); console.log(1); }); console.log(0);";
    const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const before = residentBytes(child.pid!);
    child.stdin.write('go');
    await once(child.stdout, 'data');
    expect(residentBytes(child.pid!) - before).toBeGreaterThan(90_000_000);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(() => residentBytes(child.pid!)).toThrow();
  });

  it('is the processor time that the process itself counts', async () => {
    const program =
      'const until = performance.now() + 300; while (performance.now() < until); console.log(JSON.stringify(process.cpuUsage())); process.stdin.resume();';
    const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [printed] = (await once(child.stdout, 'data')) as [Buffer];
    const { user, system } = JSON.parse(printed.toString()) as NodeJS.CpuUsage;
    await eventually(() => expect(cpuSeconds(child.pid!)).toBeGreaterThanOrEqual((user + system) / 1e6 - 0.02));
    expect(cpuSeconds(child.pid!)).toBeLessThan((user + system) / 1e6 + 2);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(() => cpuSeconds(child.pid!)).toThrow();
  });
});

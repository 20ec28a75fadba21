import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspaceRoot } from '../workspace';
import { smallDisk, type SmallDisk } from './small-disk';

jest.setTimeout(300_000);

describe('a small disk', () => {
  let folder: string;
  let disk: SmallDisk | undefined;
  let refused: Error | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'small-disk-'));
    disk = refused = undefined;
    try {
      disk = smallDisk(join(folder, 'disk'), 4);
    } catch (error) {
      refused = error as Error;
    }
  });
  afterEach(async () => {
    await disk?.unmount();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Where mounting is not allowed, that is said in one line; everything else is for those who may. */
  const asSomebodyWhoMayMount = async (test: (mounted: SmallDisk) => Promise<void>) => {
    if (disk) return test(disk);
    expect(refused!.message).toMatch(/^A small disk can only be mounted on Linux as root .* it was refused: [^\n]+$/);
  };

  it('is full to the last byte, and takes writes again once it is freed', () =>
    asSomebodyWhoMayMount(async ({ directory, ...small }) => {
      writeFileSync(join(directory, 'log'), 'begun');
      await small.fill();
      expect(statfsSync(directory).bfree).toBe(0);
      expect(() => appendFileSync(join(directory, 'log'), 'x'.repeat(10_000))).toThrow('ENOSPC');
      expect(() => writeFileSync(join(directory, 'other'), 'x')).toThrow('ENOSPC');
      await small.free();
      writeFileSync(join(directory, 'other'), 'x'.repeat(1_000_000));
      expect(readFileSync(join(directory, 'log'), 'utf8')).toMatch(/^begun/);
    }));

  it('can be filled a second time', () =>
    asSomebodyWhoMayMount(async ({ directory, ...small }) => {
      await small.fill();
      await small.free();
      await small.fill();
      expect(() => writeFileSync(join(directory, 'other'), 'x')).toThrow('ENOSPC');
    }));

  it('goes away with all that was on it, also when it is still in use', () =>
    asSomebodyWhoMayMount(async ({ directory, ...small }) => {
      writeFileSync(join(directory, 'gone'), 'x');
      await Promise.all([small.unmount(), small.unmount()]);
      expect(existsSync(join(directory, 'gone'))).toBe(false);
      expect(statfsSync(directory).blocks).toBeGreaterThan(4 * 256);
    }));

  it('ends with the run that it was made in, also when that was killed', () =>
    asSomebodyWhoMayMount(async () => {
      execFileSync('/bin/sh', [join(workspaceRoot, 'libs/test-infrastructure/stop-servers.sh'), folder], { input: '' });
      expect(existsSync(folder)).toBe(false);
    }));

  it('says in one line why it can not be mounted', () => {
    expect(() => smallDisk(join(folder, 'other'), -1)).toThrow(
      /^A small disk can only be mounted on Linux as root .* it was refused: [^\n]+$/,
    );
  });
});

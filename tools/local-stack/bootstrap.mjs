// Runs on whatever Node the machine has (20 or newer) before anything is installed, so: plain JavaScript, no packages.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const pinnedNode = join(root, 'node_modules/.bin/node');
const main = join(root, 'tools/local-stack/dist/main.js');
const [command = 'start', ...args] = process.argv.slice(2);
const terminal = process.stderr.isTTY;

const KILLED = 137;

class Refusal extends Error {}

const say = (text) => process.stderr.write(`${text}\n`);
const show = (text) => terminal && process.stderr.write(`\r\x1b[K${text}`);

let child;
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stopping = true;
    child?.kill(signal);
  });
}

/** Runs a command; gives its exit code, or the number a shell would give for its signal. */
function run(file, parameters, { onLine, env } = {}) {
  return new Promise((done, fail) => {
    child = spawn(file, parameters, {
      cwd: root,
      stdio: onLine ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: { ...process.env, ...env },
    });
    if (stopping) child.kill('SIGTERM');
    if (onLine) {
      for (const stream of [child.stdout, child.stderr]) {
        let rest = '';
        stream.setEncoding('utf8').on('data', (text) => {
          const lines = (rest + text).split('\n');
          rest = lines.pop();
          lines.forEach(onLine);
        });
      }
    }
    child.once('error', fail);
    child.once('close', (code, signal) => done(code ?? { SIGINT: 130, SIGKILL: KILLED }[signal] ?? 143));
  });
}

/** Shows that a long step is going on: a line that changes on a terminal, a line every ten seconds elsewhere. */
function progress(title) {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  let detail = '';
  let said = false;
  if (!terminal) {
    say(`${title} …`);
    said = true;
  }
  const timer = setInterval(() => {
    if (terminal) show(`${title} ${detail} (${seconds()} s)`);
    else if (seconds() % 10 === 0) say(`${title}: ${detail} (${seconds()} s)`);
  }, 1000);
  return {
    detail: (text) => {
      detail = text;
      show(`${title} ${detail} (${seconds()} s)`);
    },
    end: () => {
      clearInterval(timer);
      show('');
      if (said && seconds() > 3) say(`${title}: done (${seconds()} s)`);
    },
  };
}

const readJson = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));

/** Compares what npm installed with the lock file, package by package: dates lie after a checkout. */
function packagesAreCurrent() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json')) || !existsSync(pinnedNode)) return false;
  const installed = readJson('node_modules/.package-lock.json').packages;
  return Object.entries(readJson('package-lock.json').packages).every(
    ([path, { version, link, optional, peer }]) =>
      !path.startsWith('node_modules/') || link || optional || peer || installed[path]?.version === version,
  );
}

async function installPackages() {
  if (packagesAreCurrent()) return;
  requireSpace(1_500);
  const step = progress('Installing packages');
  const output = [];
  let packages = 0;
  const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=http'], {
    onLine: (line) => {
      output.push(line);
      const fetched = /http fetch GET \S+ \S*\/([^/\s]+)\.tgz /.exec(line);
      if (fetched) step.detail(`${(packages += 1)}: ${fetched[1].slice(0, 60)}`);
    },
  });
  step.end();
  if (stopping) process.exit(code);
  if (code !== 0) {
    throw new Refusal(
      `npm ci failed:\n${output
        .filter((line) => !/http (fetch|cache)/.test(line))
        .slice(-15)
        .join('\n')}`,
    );
  }
  if (!existsSync(pinnedNode)) {
    throw new Refusal('npm ci did not install the pinned Node: its install script must run (is ignore-scripts set?)');
  }
}

async function build() {
  const projects = readJson('tsconfig.json').references.length;
  const step = progress('Building');
  const output = [];
  let built = 0;
  const code = await run(
    pinnedNode,
    ['node_modules/typescript-native/bin/tsc', '-b', '--verbose', '--pretty', 'false'],
    {
      onLine: (line) => {
        const project = /Project '(?:.*?)([^/']+\/[^/']+)\/tsconfig\.json' is/.exec(line);
        if (project) step.detail(`${(built += 1)}/${projects} ${project[1]}`);
        else if (/error TS/.test(line)) output.push(line);
      },
    },
  );
  step.end();
  if (stopping) process.exit(code);
  if (code !== 0) throw new Refusal(`The build failed:\n${output.slice(0, 40).join('\n')}`);
}

/** Whether sources of the project are newer than what was built of it; without a build they are. */
function isStale(project) {
  const built = join(root, project, 'dist/.tsbuildinfo');
  if (!existsSync(built)) return true;
  const since = statSync(built).mtimeMs;
  return readdirSync(join(root, project, 'src'), { recursive: true, withFileTypes: true }).some(
    (entry) => entry.isFile() && statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs > since,
  );
}

/** What these commands tell depends on the code of these projects only, and an old build would tell it wrongly. */
const toldBy = { extract: ['libs/meeting-intelligence', 'tools/local-stack'] };

function requireSpace(megabytes) {
  const { bavail, bsize } = statfsSync(root);
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  if (free < megabytes) {
    throw new Refusal(`The disk under ${root} is nearly full: ${free} MB are free and ${megabytes} MB are needed.`);
  }
}

/** When npm is killed, what it started would go on without it. Between npm and us there may be the shell that it uses. */
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  let npm = parent;
  try {
    const [, shellOption] = readFileSync(`/proc/${parent}/cmdline`, 'utf8').split('\0');
    const stat = readFileSync(`/proc/${parent}/stat`, 'utf8');
    if (shellOption === '-c') npm = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // no /proc here: the parent it is
  }
  const watch = setInterval(() => {
    if (process.ppid === parent && !(existsSync('/proc/self') && !existsSync(`/proc/${npm}`))) return;
    clearInterval(watch);
    // Whoever ended npm may have told us as well; told again, the launcher would end at once and leave its servers behind.
    if (!stopping) process.kill(process.pid, 'SIGTERM');
  }, 500).unref();
}

try {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new Refusal(`Node 20 or newer is needed to begin with, and this is ${process.versions.node}.`);
  }
  endWithNpm();
  const mustBeCurrent = ['start', 'test', 'bench'].includes(command);
  if (mustBeCurrent) requireSpace(500);
  if (mustBeCurrent || !existsSync(pinnedNode)) await installPackages();
  if (mustBeCurrent || !existsSync(main) || (toldBy[command] ?? []).some(isStale)) await build();
  process.exitCode = await run(pinnedNode, ['--disable-warning=ExperimentalWarning', main, command, ...args]);
  if (command === 'start' && process.exitCode === KILLED) {
    say(
      'The launcher was killed. What it started still runs: `npm start` takes it over, `npm run reset` ends and forgets it.',
    );
  }
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  say(error.message);
  process.exitCode = 1;
}

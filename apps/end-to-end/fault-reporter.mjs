import { writeFileSync } from 'node:fs';
import { SummaryReporter } from '@jest/reporters';

const say = (text) => process.stderr.write(`${text}\n`);
const seconds = (ms) => `${Math.round((ms ?? 0) / 1_000)} s`;
const nameOf = (path) => path.replace(/^.*\//, '').replace('.fault.e2e.spec.ts', '');

/** A line when a file begins and when a test ends, a sign of life every 30 seconds, then failures and the summary. Leaves what came out in the file that FAULT_RESULTS names. */
export default class FaultReporter extends SummaryReporter {
  constructor(globalConfig) {
    super(globalConfig, { summaryThreshold: 0 });
  }

  onRunStart(results, options) {
    super.onRunStart(results, options);
    this.began = Date.now();
    this.running = new Map();
    this.done = 0;
    this.total = results.numTotalTestSuites;
    this.timer = setInterval(() => {
      const now = [...this.running].map(([name, since]) => `${name} (${seconds(Date.now() - since)})`).join(', ');
      say(`  … ${this.done} of ${this.total} files, ${seconds(Date.now() - this.began)}; running: ${now}`);
    }, 30_000);
  }

  onTestFileStart(test) {
    this.running.set(nameOf(test.path), Date.now());
    say(`▶ ${nameOf(test.path)}`);
  }

  onTestCaseResult(test, { status, title, duration }) {
    if (status === 'passed' || status === 'failed')
      say(`  ${status === 'passed' ? '✓' : '✗'} ${title} (${seconds(duration)})`);
  }

  onTestFileResult(test, result, results) {
    this.running.delete(nameOf(test.path));
    this.done += 1;
    if (result.testExecError) say(`  ✗ ${nameOf(test.path)} could not run`);
    this.latest = results;
  }

  onRunComplete(contexts, results) {
    clearInterval(this.timer);
    super.onRunComplete(contexts, results);
    if (process.env.FAULT_RESULTS === undefined) return;
    const tests = results.testResults.flatMap((file) =>
      file.testResults
        .filter(({ status }) => status === 'passed' || status === 'failed')
        .map(({ title, status, duration, failureMessages }) => ({
          fault: Number(nameOf(file.testFilePath).slice(0, 2)),
          title,
          passed: status === 'passed',
          seconds: Math.round((duration ?? 0) / 1_000),
          failure: failureMessages.join('\n'),
        })),
    );
    const broken = results.testResults
      .filter(({ testExecError }) => testExecError)
      .map((file) => nameOf(file.testFilePath));
    writeFileSync(process.env.FAULT_RESULTS, JSON.stringify({ tests, broken }));
  }
}

import { writeFileSync } from 'node:fs';

const say = (text) => process.stderr.write(`${text}\n`);
const seconds = (ms) => Math.round((ms ?? 0) / 1_000);

/** A line when a test ends, a sign of life every 30 seconds, then failures. Leaves what came out in the file that FAULT_RESULTS names. */
export default class FaultReporter {
  onRunStart() {
    const began = Date.now();
    const usual = process.env.FAULT_USUAL_SECONDS;
    this.timer = setInterval(() => {
      say(`  … ${seconds(Date.now() - began)} s${usual ? ` of about ${usual} s` : ''}`);
    }, 30_000);
  }

  onTestCaseResult(test, { status, title, duration }) {
    if (status === 'passed' || status === 'failed')
      say(`  ${status === 'passed' ? '✓' : '✗'} ${title} (${seconds(duration)} s)`);
  }

  onTestFileResult(test, result) {
    if (result.failureMessage) say(result.failureMessage);
  }

  onRunComplete(contexts, { testResults }) {
    clearInterval(this.timer);
    if (process.env.FAULT_RESULTS === undefined) return;
    const tests = testResults.flatMap((file) =>
      file.testResults
        .filter(({ status }) => status === 'passed' || status === 'failed')
        .map(({ title, status, duration, failureMessages }) => ({
          title,
          passed: status === 'passed',
          seconds: seconds(duration),
          failure: failureMessages.join('\n'),
        })),
    );
    const broken = testResults.some(({ testExecError }) => testExecError);
    writeFileSync(process.env.FAULT_RESULTS, JSON.stringify({ tests, broken }));
  }
}

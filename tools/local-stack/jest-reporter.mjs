import { writeFileSync } from 'node:fs';
import { SummaryReporter } from '@jest/reporters';

const terminal = process.stderr.isTTY;

/**
 * Prints how far the run is (a line that changes on a terminal, a line every 15 seconds elsewhere), failures by name as they come and in full at
 * the end, and the summary; no line per file.
 * Leaves the counts in the file that JEST_COUNTS names.
 */
export default class QuietReporter extends SummaryReporter {
  constructor(globalConfig) {
    super(globalConfig, { summaryThreshold: 0 });
  }

  onRunStart(results, options) {
    super.onRunStart(results, options);
    this.began = Date.now();
    this.latest = results;
    this.timer = setInterval(() => this.showProgress(), terminal ? 1_000 : 15_000);
  }

  onTestResult(test, testResult, results) {
    super.onTestResult?.(test, testResult, results);
    this.latest = results;
    for (const { status, fullName } of testResult.testResults) {
      if (status === 'failed') process.stderr.write(`${terminal ? '\r\x1b[K' : ''}Failed: ${fullName}\n`);
    }
  }

  showProgress() {
    const { numTotalTestSuites, numPassedTestSuites, numFailedTestSuites, numPassedTests, numFailedTests } =
      this.latest;
    const files = `${numPassedTestSuites + numFailedTestSuites} of ${numTotalTestSuites} files`;
    const seconds = Math.round((Date.now() - this.began) / 1_000);
    const text = `Tests: ${files}, ${numPassedTests} passed, ${numFailedTests} failed so far (${seconds} s)`;
    process.stderr.write(terminal ? `\r\x1b[K${text}` : `${text}\n`);
  }

  onRunComplete(contexts, results) {
    clearInterval(this.timer);
    if (terminal) process.stderr.write('\r\x1b[K');
    super.onRunComplete(contexts, results);
    writeFileSync(
      process.env.JEST_COUNTS,
      JSON.stringify({
        passed: results.numPassedTests,
        // A file that could not even be loaded holds no test that could fail.
        failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      }),
    );
  }
}

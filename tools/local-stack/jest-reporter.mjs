import { writeFileSync } from 'node:fs';
import { SummaryReporter } from '@jest/reporters';

/** Prints failures and the summary, no line per file; leaves the counts in the file that JEST_COUNTS names. */
export default class QuietReporter extends SummaryReporter {
  constructor(globalConfig) {
    super(globalConfig, { summaryThreshold: 0 });
  }

  onRunComplete(contexts, results) {
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

/** The one error of this library: the series can't be expanded. Its message names the offending part. */
export class UnusableRecurrence extends Error {
  readonly code = 'UNUSABLE_RECURRENCE';

  constructor(reason: string) {
    super(`The recurrence can't be expanded: ${reason}`);
    this.name = 'UnusableRecurrence';
  }
}

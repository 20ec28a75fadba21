/** A rule says no. The code is stable, in kebab-case, and may be shown to whoever asked. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly code: string,
    message: string = code,
  ) {
    super(message);
  }
}

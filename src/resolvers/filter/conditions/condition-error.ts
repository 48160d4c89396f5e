/** A condition that cannot be understood; carries what to do about it. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

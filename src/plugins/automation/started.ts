/** Topic under which the write path is told of what it started. */
export const startedTopic = 'automations';

/** What a write started, in its payload. */
export interface Started {
  readonly rule: string;
  readonly status: 'COMPLETED' | 'PENDING' | 'SCHEDULED';
  /** Id of the run; null for what was done as a part of the write. */
  readonly run: string | null;
  /** Id of the run's record. */
  readonly record?: string;
}

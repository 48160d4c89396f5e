/** What the thread of a script is told. */
export type ToScript =
  | { readonly kind: 'run'; readonly code: string; readonly given: string; readonly timeout: number; readonly memory: number }
  /** Answers a call: JSON, or what went wrong. */
  | { readonly kind: 'answer'; readonly call: number; readonly json?: string; readonly error?: string };

/** What the thread of a script tells. */
export type FromScript =
  | { readonly kind: 'call'; readonly call: number; readonly name: string; readonly args: string }
  | { readonly kind: 'done'; readonly json: string }
  | { readonly kind: 'failed'; readonly error: string };

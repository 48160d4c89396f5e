import { ObjectosError, type ErrorCode, type Problem } from '../../errors.ts';

export type Path = readonly (string | number)[];

/** Collects what is wrong with the rows of one write, by root row, so that everything is reported at once. */
export class ProblemList {
  readonly #problems: { readonly root: number; readonly problem: Problem; readonly as: ErrorCode; readonly extensions: Readonly<Record<string, unknown>> | undefined }[] = [];
  readonly #byRoot = new Map<number, Problem[]>();
  /** Rows that are refused for themselves, not only because of others. */
  readonly #own = new Set<number>();

  /** `as` is the code of the whole error when this is the gravest problem. `because`: the row without which there would be none. */
  add(root: number, problem: Problem, as: ErrorCode = 'VALIDATION_FAILED', extensions?: Readonly<Record<string, unknown>>, because?: number): void {
    this.#problems.push({ root, problem, as, extensions });
    if (because === undefined || because === root) this.#own.add(root);
    const others = this.#byRoot.get(root);
    if (others) others.push(problem);
    else this.#byRoot.set(root, [problem]);
  }

  get size(): number {
    return this.#problems.length;
  }

  /** Rows that are refused whatever becomes of the others. */
  get roots(): ReadonlySet<number> {
    return this.#own;
  }

  /** Rows that may be written where others are not. */
  get waiting(): readonly number[] {
    return [...this.#byRoot.keys()].filter((root) => !this.#own.has(root));
  }

  of(root: number): readonly Problem[] {
    return this.#byRoot.get(root) ?? [];
  }

  /** The gravest code names the error; the problems are all listed, those of one row together. */
  toError(): ObjectosError {
    const sorted = [...this.#problems].sort((left, right) => left.root - right.root);
    const gravest = sorted.reduce((worst, entry) => (gravity(entry.as) > gravity(worst.as) ? entry : worst));
    const problems = sorted.map(({ problem }) => problem);
    return new ObjectosError(gravest.as, summary(gravest.as, gravest.problem.message, problems.length), {
      problems,
      ...(gravest.extensions && { extensions: gravest.extensions }),
    });
  }
}

const order: readonly ErrorCode[] = ['VALIDATION_FAILED', 'CONFLICT', 'NOT_FOUND', 'FORBIDDEN'];
const gravity = (code: ErrorCode): number => order.indexOf(code);

function summary(code: ErrorCode, first: string, count: number): string {
  if (count === 1 || code !== 'VALIDATION_FAILED') return first;
  return `${count} values were refused; the first: ${first}`;
}

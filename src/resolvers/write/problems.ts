import { ObjectosError, type ErrorCode, type Problem } from '../../errors.ts';

export type Path = readonly (string | number)[];

/** Collects what is wrong with the rows of one write, by root row, so that everything is reported at once. */
export class ProblemList {
  readonly #problems: { readonly problem: Problem; readonly as: ErrorCode; readonly extensions: Readonly<Record<string, unknown>> | undefined }[] = [];
  readonly #byRoot = new Map<number, Problem[]>();

  /** `as` is the code of the whole error when this is the gravest problem. */
  add(root: number, problem: Problem, as: ErrorCode = 'VALIDATION_FAILED', extensions?: Readonly<Record<string, unknown>>): void {
    this.#problems.push({ problem, as, extensions });
    const others = this.#byRoot.get(root);
    if (others) others.push(problem);
    else this.#byRoot.set(root, [problem]);
  }

  get size(): number {
    return this.#problems.length;
  }

  get roots(): ReadonlySet<number> {
    return new Set(this.#byRoot.keys());
  }

  of(root: number): readonly Problem[] {
    return this.#byRoot.get(root) ?? [];
  }

  /** The gravest code names the error; the problems are all listed. */
  toError(): ObjectosError {
    const gravest = this.#problems.reduce((worst, entry) => (gravity(entry.as) > gravity(worst.as) ? entry : worst));
    const problems = this.#problems.map(({ problem }) => problem);
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

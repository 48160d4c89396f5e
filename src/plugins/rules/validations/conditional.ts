import { testExpression } from '../../../resolvers/expressions/evaluate.ts';
import { compileCondition } from '../evaluation/compile.ts';
import type { CompileCheck } from './rule.ts';

/** One rule where a condition is true, another where it is not. */
export const compileConditional: CompileCheck = ({ definition: { when }, object, catalog, report, inner }) => {
  const condition = when === undefined ? undefined : compileCondition(when, { object, catalog }, (text, hint) => report('error', ['when'], text, hint));
  const [then, otherwise] = [inner('then'), inner('otherwise')];
  if (!condition || !then) return undefined;
  return {
    expressions: [condition, ...then.expressions, ...(otherwise?.expressions ?? [])],
    fields: then.fields && (otherwise ? otherwise.fields && [...then.fields, ...otherwise.fields] : then.fields),
    pure: then.pure && otherwise?.pure !== false,
    run(subjects, context, fail) {
      const met = subjects.map(({ environment }) => testExpression(condition, environment));
      const parts = [
        then.run(subjects.filter((_, index) => met[index]), context, fail),
        otherwise?.run(subjects.filter((_, index) => !met[index]), context, fail),
      ].filter((part) => part !== undefined);
      return parts.length === 0 ? undefined : Promise.all(parts).then(() => undefined);
    },
  };
};

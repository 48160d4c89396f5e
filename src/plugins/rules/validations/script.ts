import { testExpression } from '../../../resolvers/expressions/evaluate.ts';
import { compileCondition } from '../evaluation/compile.ts';
import { wantedCondition } from './wanted-condition.ts';
import type { CompileCheck, Finding } from './rule.ts';

const whole: readonly Finding[] = [{}];

/** `script` and `cross_field`: an expression that is true when the record is wrong. */
export const compileScript: CompileCheck = ({ definition: { condition, fields = [], message = '' }, object, catalog, report, field }) => {
  if (condition === undefined) return undefined;
  const expression = compileCondition(condition, { object, catalog }, (text, hint) => report('error', ['condition'], text, hint));
  const named = fields.map((name, index) => field(name, ['fields', index]));
  if (!expression) return undefined;
  if (wantedCondition(expression, message)) {
    report('warning', ['condition'], 'the condition seems to say how records shall be: a rule fails where its condition is true', 'Turn it round: write the condition of a wrong record.');
  }
  const findings: readonly Finding[] = named.length === 0 ? whole : named.flatMap((found) => (found ? [{ field: found.name }] : []));
  return {
    expressions: [expression],
    fields: [],
    pure: true,
    run(subjects, _context, fail) {
      for (const subject of subjects) if (testExpression(expression, subject.environment)) for (const finding of findings) fail(subject, finding);
    },
  };
};

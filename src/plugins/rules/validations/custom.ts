import { suggest } from '../../../metadata/nearest.ts';
import type { Change, MutationContext } from '../../../resolvers/write/phase.ts';
import type { Check, CompileCheck, Fail, RuleSource } from './rule.ts';
import type { Subject } from '../evaluation/environment.ts';
import type { Verdict } from './validators.ts';

/** A validator that a plugin registered. */
export const compileCustom: CompileCheck = (source) => {
  const { field: name } = source.definition;
  const field = name === undefined ? undefined : source.field(name, ['field']);
  return name !== undefined && !field ? undefined : validatorCheck('handler', field?.name, source);
};

/** It may query and write, so that its rule needs a transaction. */
export function validatorCheck(key: 'handler' | 'validatorFunction', field: string | undefined, { definition, name, object, report, services: { validators } }: RuleSource): Check {
  const { params = {}, [key]: named = '' } = definition;
  const { known } = validators;
  const judge = (change: Change, context: MutationContext): Verdict | Promise<Verdict> => {
    const validator = validators.find(named);
    if (!validator) throw new Error(`${object.name}.${name} names the validator "${named}", which no plugin registered.`);
    return validator({ change, field, value: field === undefined ? undefined : (change.record[field] ?? null), params }, context);
  };
  validators.need(named, `${object.name}.${name}`);
  if (known && !known.includes(named)) report('error', [key], `no plugin registered a validator "${named}"`, suggest(named, known));
  return {
    expressions: [],
    fields: undefined,
    pure: false,
    async run(subjects, context, fail) {
      for (const subject of subjects) tell(subject, await judge(subject.change, context), field, fail);
    },
  };
}

function tell(subject: Subject, verdict: Verdict, field: string | undefined, fail: Fail): void {
  if (verdict === undefined || verdict === true) return;
  if (verdict === false) fail(subject, { field });
  else if (typeof verdict === 'string') fail(subject, { field, message: verdict });
  else for (const finding of verdict) fail(subject, finding);
}

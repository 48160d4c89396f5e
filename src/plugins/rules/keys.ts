import * as z from 'zod';
import { expressionShape } from './evaluation/compile.ts';
import { hookSchema } from './hooks/definition.ts';
import { ruleSchema } from './validations/definition.ts';

/** Keys of objects that the plugin acts on. */
export const objectKeys = {
  validations: z.array(ruleSchema).optional().describe('Rules that a record must keep to be written.'),
  stateMachines: z.union([z.record(z.string(), z.looseObject({})), z.array(z.looseObject({}))]).optional().describe('State machines by the field that holds the state.'),
  hooks: z.array(hookSchema).optional().describe('What happens before or after records are written.'),
  stateMachine: z.looseObject({}).optional().describe('The state machine of the object, when there is one.'),
} satisfies z.ZodRawShape;

const dependency = z.union([z.string(), z.looseObject({ field: z.string(), param: z.string().optional() })]);

/** Keys of fields that the plugin acts on. */
export const fieldKeys = {
  requiredWhen: expressionShape.optional().describe('Condition under which the field needs a value.'),
  readonlyWhen: expressionShape.optional().describe('Condition on the stored record under which the field no longer changes.'),
  visibleWhen: expressionShape.optional().describe('Condition under which user interfaces show the field.'),
  trackHistory: z.boolean().optional().describe('Changes are kept as history; as the object says by default.'),
  dependsOn: z.array(dependency).optional().describe('Fields on which the choices of this one depend.'),
  dependencies: z.array(z.string()).optional().describe('Fields that this one is made from.'),
  defaultExpression: expressionShape.optional().describe('Expression that gives the value of a new record; `defaultValue: { dialect: cel, source }` means the same.'),
} satisfies z.ZodRawShape;

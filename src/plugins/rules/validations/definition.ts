import * as z from 'zod';
import { toCamel } from '../../../metadata/words.ts';
import { expressionShape } from '../evaluation/compile.ts';

export const ruleTypes = ['script', 'unique', 'state_machine', 'format', 'cross_field', 'json_schema', 'async', 'custom', 'conditional'] as const;
export type RuleType = (typeof ruleTypes)[number];
export const ruleEvents = ['insert', 'update', 'delete'] as const;
export type RuleEvent = (typeof ruleEvents)[number];

const text = (description: string) => z.string().min(1).optional().describe(description);
const texts = (description: string) => z.array(z.string()).min(1).optional().describe(description);
const condition = (description: string) => expressionShape.optional().describe(description);
/** A rule within a rule; name, message, severity and events are those of the outer one. */
const inner = (description: string) => z.looseObject({ type: z.enum(ruleTypes) }).optional().describe(description);

const common = {
  type: z.enum(ruleTypes).describe('What kind of check it is.'),
  label: text('Shown to people.'),
  description: text('Why the rule exists.'),
  active: z.boolean().optional().describe('False: the rule is checked when the definition is loaded, and not applied.'),
  events: z.array(z.enum(ruleEvents)).min(1).optional().describe('Writes that it applies to; insert and update by default.'),
  priority: z.int().min(0).max(9999).optional().describe('Lower comes first; 100 by default.'),
  severity: z.enum(['error', 'warning', 'info']).optional().describe('Only an error stops the write; the others come back in the payload.'),
  tags: z.array(z.string()).optional().describe('For user interfaces.'),
};

/** Keys that belong to some types only. */
const specific = {
  condition: condition('Expression that is true when the record is wrong.'),
  fields: texts('Fields that the rule is about.'),
  scope: condition('Condition; only records that meet it must differ from each other.'),
  caseSensitive: z.boolean().optional().describe('False: upper and lower case count as the same; true by default.'),
  field: text('Field that the rule is about.'),
  transitions: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional().describe('New values that each value may change to.'),
  initialStates: texts('Values that a new record may have; any by default.'),
  regex: text('Regular expression for the whole value or, without ^ and $, a part of it.'),
  format: z.enum(['email', 'url', 'phone', 'json']).optional().describe('A well-known format.'),
  schema: z.union([z.boolean(), z.record(z.string(), z.unknown())]).optional().describe('JSON Schema that the value must fit.'),
  validatorUrl: text('Service that is asked over HTTP.'),
  method: z.enum(['GET', 'POST']).optional().describe('How it is asked; GET by default.'),
  headers: z.record(z.string(), z.string()).optional().describe('Headers of the request.'),
  validatorFunction: text('Validator that a plugin registered.'),
  timeout: z.int().min(1).max(60_000).optional().describe('Milliseconds to wait; 5000 by default.'),
  debounce: z.int().min(0).optional(),
  params: z.record(z.string(), z.unknown()).optional().describe('Handed to the service or validator.'),
  handler: text('Validator that a plugin registered.'),
  when: condition('Condition that decides between `then` and `otherwise`.'),
  then: inner('Rule that applies when the condition is true.'),
  otherwise: inner('Rule that applies when it is not.'),
};

export type SpecificKey = keyof typeof specific;

/** Own keys of each type: those that it needs, and those that it may have. */
export const keysOfType: Readonly<Record<RuleType, { readonly needs: readonly SpecificKey[]; readonly takes: readonly SpecificKey[] }>> = {
  script: { needs: ['condition'], takes: [] },
  cross_field: { needs: ['condition'], takes: ['fields'] },
  unique: { needs: ['fields'], takes: ['scope', 'caseSensitive'] },
  state_machine: { needs: ['field', 'transitions'], takes: ['initialStates'] },
  format: { needs: ['field'], takes: ['regex', 'format'] },
  json_schema: { needs: ['field', 'schema'], takes: [] },
  async: { needs: [], takes: ['field', 'validatorUrl', 'method', 'headers', 'validatorFunction', 'timeout', 'params'] },
  custom: { needs: ['handler'], takes: ['field', 'params'] },
  conditional: { needs: ['when', 'then'], takes: ['otherwise'] },
};

const commonKeys: ReadonlySet<string> = new Set([...Object.keys(common), 'name', 'message']);
export const specificKeys: readonly SpecificKey[] = Object.keys(specific) as SpecificKey[];
export const isRuleKey = (key: string): boolean => commonKeys.has(key) || Object.hasOwn(specific, key);

export const ruleSchema = z.looseObject({
  name: z.string().min(1).describe('Names the rule in messages, unique within the object.'),
  ...common,
  message: z.string().min(1).describe('Told to whoever writes a record that breaks the rule.'),
  ...specific,
});
export type RuleDefinition = z.infer<typeof ruleSchema>;

export const innerRuleSchema = z.looseObject({ ...common, name: text('Names the rule.'), message: text('Told in place of the message of the outer rule.'), ...specific });

export type CheckDefinition = z.infer<typeof innerRuleSchema>;

/** `case_sensitive` → `caseSensitive` */
export function camelKeys(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [isRuleKey(key) ? key : isRuleKey(toCamel(key)) ? toCamel(key) : key, inner]));
}

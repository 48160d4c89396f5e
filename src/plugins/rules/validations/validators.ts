import type { Change, MutationContext } from '../../../resolvers/write/phase.ts';

/** What a validator is given. */
export interface ValidatorInput {
  readonly change: Change;
  /** Machine name of the field that the rule names. */
  readonly field: string | undefined;
  /** Value of that field. */
  readonly value: unknown;
  readonly params: Readonly<Record<string, unknown>>;
}

/** True or nothing: the record is right. False: it is refused with the rule's message; a text is a message of its own, a list one for each field. */
export type Verdict = boolean | string | undefined | readonly { readonly field?: string; readonly message: string }[];

/** A check in TypeScript. Called within the transaction of the write; a throw stops it. */
export type Validator = (input: ValidatorInput, context: MutationContext) => Verdict | Promise<Verdict>;

/** The service `validators`: checks that rules of the types `custom` and `async` name. Register them in `init`. */
export interface Validators {
  register(name: string, validator: Validator): void;
}

/** The same as the rules see it. */
export interface ValidatorRegistry extends Validators {
  find(name: string): Validator | undefined;
  /** A rule that names the validator; plugins register theirs once definitions are loaded. */
  need(name: string, rule: string): void;
  /** All plugins are initialised: says which rules name what nobody registered. */
  start(): readonly string[];
  /** Names, once all are known. */
  readonly known: readonly string[] | undefined;
}

export function createValidators(): ValidatorRegistry {
  const validators = new Map<string, Validator>();
  const needed = new Map<string, string>();
  let started = false;
  return {
    register(name, validator) {
      if (validators.has(name)) throw new Error(`The validator "${name}" is registered already.`);
      validators.set(name, validator);
    },
    find: (name) => validators.get(name),
    need: (name, rule) => void needed.set(rule, name),
    start() {
      started = true;
      return missing();
    },
    get known() { return started ? [...validators.keys()].sort() : undefined; },
  };
  function missing(): readonly string[] {
    return [...needed].flatMap(([rule, name]) => (validators.has(name) ? [] : [`${rule} names the validator "${name}", which no plugin registered`]));
  }
}

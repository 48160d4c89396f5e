import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { CheckedExpression } from '../../../metadata/expressions/checked.ts';
import type { Severity } from '../../../metadata/diagnostic.ts';
import type { Path } from '../../../metadata/source-document.ts';
import type { ProblemSeverity } from '../../../errors.ts';
import type { Change, MutationContext } from '../../../resolvers/write/phase.ts';
import type { Subject } from '../evaluation/environment.ts';
import type { CheckDefinition, RuleEvent } from './definition.ts';
import type { ValidatorRegistry } from './validators.ts';

/** What a check found wrong with a record; what it does not say is taken from the rule. */
export interface Finding {
  readonly field?: string | undefined;
  readonly at?: readonly (string | number)[];
  readonly code?: string;
  readonly message?: string | undefined;
  /** Another record of the write that is in the way. */
  readonly because?: Change | undefined;
}

export type Fail = (subject: Subject, finding: Finding) => void;

/** A rule made ready to run. */
export interface Check {
  /** Expressions that it evaluates, for what has to be loaded before. */
  readonly expressions: readonly CheckedExpression[];
  /** Machine names of fields of the record that it looks at besides; undefined where that is not known. */
  readonly fields: readonly string[] | undefined;
  /** It asks no database. */
  readonly pure: boolean;
  run(subjects: readonly Subject[], context: MutationContext, fail: Fail): void | Promise<void>;
}

export interface Rule {
  readonly name: string;
  readonly message: string;
  readonly severity: ProblemSeverity;
  readonly events: ReadonlySet<RuleEvent>;
  readonly priority: number;
  readonly check: Check;
}

export interface RuleServices {
  readonly timeZone: string;
  /** Services of `async` rules may stand in the own network. */
  readonly allowPrivateAddresses: boolean;
  readonly validators: ValidatorRegistry;
}

/** What compiling a rule works with. */
export interface RuleSource {
  readonly object: CatalogObject;
  readonly catalog: Catalog;
  readonly services: RuleServices;
  readonly definition: CheckDefinition;
  /** Name of the outermost rule. */
  readonly name: string;
  /** Reports a mistake at a key of the rule. */
  report(severity: Severity, path: Path, message: string, hint?: string): void;
  /** A field that the rule names; a wrong name is reported. */
  field(name: string, path: Path): CatalogField | undefined;
  /** A rule within this one. */
  inner(key: 'then' | 'otherwise'): Check | undefined;
}

export type CompileCheck = (source: RuleSource) => Check | undefined;

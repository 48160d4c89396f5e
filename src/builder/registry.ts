import { StartupError } from '../errors.ts';
import type { TypeSpec } from './spec.ts';

interface Declaration {
  readonly owner: string;
  readonly make: () => TypeSpec;
}

/** All types of the schema by name. Only names are known at first; a type is made when something refers to it. */
export class TypeRegistry {
  readonly #declarations = new Map<string, Declaration>();

  /** `owner` says in messages whose type it is: `object account`, `plugin audit`. */
  declare(name: string, owner: string, make: () => TypeSpec): void {
    const other = this.#declarations.get(name);
    if (other !== undefined) {
      throw new StartupError(`The GraphQL type ${name} is declared twice, by ${other.owner} and by ${owner}. Rename one of them.`);
    }
    this.#declarations.set(name, { owner, make });
  }

  /** For types that several objects share, such as `Address`: the first declaration counts. */
  declareShared(name: string, owner: string, make: () => TypeSpec): void {
    if (!this.#declarations.has(name)) this.declare(name, owner, make);
  }

  has(name: string): boolean {
    return this.#declarations.has(name);
  }

  names(): Iterable<string> {
    return this.#declarations.keys();
  }

  /** Types whose owner begins so. */
  namesOf(owner: string): readonly string[] {
    return [...this.#declarations].filter(([, declaration]) => declaration.owner.startsWith(owner)).map(([name]) => name);
  }

  make(name: string): TypeSpec {
    const declaration = this.#declarations.get(name);
    if (declaration === undefined) throw new StartupError(`No GraphQL type is called ${name}.`);
    return declaration.make();
  }

  owner(name: string): string {
    return this.#declarations.get(name)?.owner ?? 'nobody';
  }
}

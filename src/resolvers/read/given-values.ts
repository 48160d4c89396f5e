import { isInputType, type GraphQLFormattedError, type GraphQLObjectType } from 'graphql';
import type { CatalogField } from '../../metadata/catalog.ts';
import { familyRead } from '../../metadata/expressions/types.ts';
import { castOf } from '../filter/operators.ts';
import { partValue, type Representation } from './representation.ts';

/** What one representation gives, by the name of the field in the API; or what is wrong with it. */
type Given = { readonly values: ReadonlyMap<string, unknown> } | { readonly problem: string };

/** Values of external fields that representations of one type bring along. Clients can write representations too, so each is checked as an input of its type would be. */
export class GivenValues {
  readonly #type: GraphQLObjectType;
  readonly #fields = new Map<string, CatalogField>();
  readonly #checked = new WeakMap<Representation, Given>();

  constructor(type: GraphQLObjectType) {
    this.#type = type;
  }

  /** Notes that the statement needs the field, and returns its place among those that it needs. */
  place(field: CatalogField): number {
    this.#fields.set(field.graphqlName, field);
    return [...this.#fields.keys()].indexOf(field.graphqlName);
  }

  /** The fields that the statement needs, in their places, with the types of their columns. */
  columns(): readonly { readonly name: string; readonly cast: string }[] {
    return Array.from(this.#fields, ([name, field]) => ({ name, cast: castOf[familyRead(field) ?? 'string'] }));
  }

  value(representation: Representation | undefined, name: string): unknown {
    const given = representation && this.#given(representation);
    return given && 'values' in given ? given.values.get(name) : null;
  }

  accepts(representation: Representation | undefined): boolean {
    return representation !== undefined && (this.#fields.size === 0 || 'values' in this.#given(representation));
  }

  /** One error for each of these representations that is refused, at its place in the field `key`. */
  problems(representations: readonly Representation[], positions: readonly number[], key: string): GraphQLFormattedError[] {
    return positions.flatMap((position) => {
      const representation = representations[position];
      const given = representation && this.#given(representation);
      return given && 'problem' in given ? [{ message: `representations[${position}]: ${given.problem}`, path: [key, position], extensions: { code: 'BAD_REQUEST' } }] : [];
    });
  }

  #given(representation: Representation): Given {
    const known = this.#checked.get(representation) ?? this.#check(representation);
    this.#checked.set(representation, known);
    return known;
  }

  #check(representation: Representation): Given {
    const values = new Map<string, unknown>();
    try {
      for (const [name, field] of this.#fields) values.set(name, this.#value(representation[name], field));
    } catch (error) {
      if (error instanceof RefusedValue) return { problem: error.message };
      throw error;
    }
    return { values };
  }

  #value(given: unknown, field: CatalogField): unknown {
    const refuse = (problem: string): never => {
      throw new RefusedValue(`${field.graphqlName} of ${this.#type.name} is not as it should be: ${problem}`);
    };
    const type = this.#type.getFields()[field.graphqlName]?.type;
    if (!isInputType(type)) throw new Error(`${field.object}.${field.name} cannot be given.`);
    const value = partValue(given, type, refuse);
    if (value === null) return field.required ? refuse('it must not be null') : null;
    const coerced = field.type.coerce(value, field);
    return 'problem' in coerced ? refuse(coerced.problem.message) : coerced.value;
  }
}

class RefusedValue extends Error {}

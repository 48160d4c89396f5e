import type * as z from 'zod';
import type { Catalog, SourceLocation } from './catalog.ts';
import type { Severity } from './diagnostic.ts';
import type { FieldType } from './field-type.ts';
import type { Path } from './source-document.ts';

/** A definition as written: keys of the vocabulary, aliases included. */
export type DefinitionInput = Readonly<Record<string, unknown>>;

/** A kind of file under the directory of definitions: `*.permission.yml`. */
export interface FileKind {
  /** `permission` for `*.permission.yml|yaml|json`. */
  readonly suffix: string;
  /** One sentence for editors. */
  readonly description: string;
  /** Shape of a document; its output is what `documents` hold. Editors complete from it too. */
  readonly schema: z.ZodType;
  /** Brings other spellings into the shape of `schema` before it is checked. Positions in problems are those of the file. */
  normalize?(value: unknown): unknown;
}

/** A checked document of a plugin's kind. */
export interface KindDocument {
  readonly kind: string;
  readonly file: string;
  readonly value: unknown;
  /** Adds a problem at a place of this document. */
  report(severity: Severity, path: Path, subject: string, message: string, hint?: string): void;
  /** Where a key stands, for problems that are found later. */
  locate(path: Path): SourceLocation | undefined;
}

/** Documents by kind suffix; every registered kind has an entry. */
export type KindDocuments = ReadonlyMap<string, readonly KindDocument[]>;

/** Reports on an object (`account`), a field (`account.industry`) or a key of either; `path` starts below the subject. */
export type CatalogReport = (severity: Severity, subject: string, path: Path, message: string, hint?: string) => void;

/** An object before it is linked: its checked parts are in the Catalog, this is as written, in canonical spelling. */
export interface WrittenObject {
  readonly name: string;
  /** Brought by a plugin. */
  readonly system: boolean;
  readonly definition: Readonly<Record<string, unknown>>;
  /** Definitions of its fields by machine name. */
  readonly fields: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/** A btree index, its fields in their order. */
export interface WantedIndex {
  readonly object: string;
  /** Machine names of stored fields. */
  readonly fields: readonly string[];
  /** SQL of the rows that it holds, all by default. */
  readonly partial?: string | undefined;
}

/** The lookup by which records of an object belong to an organization. */
export interface OrganizationField {
  readonly name: string;
  /** Of an object that has the field already, only `required` and `readonly` count. */
  readonly definition: DefinitionInput;
  /** Records are read within one organization, so the object's indexes begin with it. */
  readonly leadsIndexes: boolean;
}

/** What a plugin adds to the definitions. */
export interface MetadataPhase {
  /** Objects of the platform, or extensions (`extend`) of others. An app may extend them and may not define them again. */
  readonly objects?: readonly DefinitionInput[];
  /** Further field types; a name that exists already stops the start. */
  readonly fieldTypes?: readonly FieldType[];
  /** Field types of the platform as they are with the plugin, which does more with their values: they take the place of those of the same name. */
  readonly fieldVariants?: readonly FieldType[];
  /** The type that a field has by what its definition says under keys of the plugin; its own otherwise. */
  typeOf?(type: FieldType, definition: DefinitionInput): FieldType;
  /** Computed field types whose values the plugin makes: `formula`, `summary`, `autonumber`. Without it such fields are left out. */
  readonly computes?: readonly string[];
  readonly kinds?: readonly FileKind[];
  /**
   * Keys of objects on which the plugin acts, in canonical spelling (`validations`, `sharingModel`), with their shape. They no longer warn;
   * `CatalogObject.definition` holds them checked.
   */
  readonly objectKeys?: z.ZodRawShape;
  /** The same for keys of fields (`requiredWhen`). */
  readonly fieldKeys?: z.ZodRawShape;
  /** Flags of `enable` on which the plugin acts. */
  readonly enableKeys?: readonly string[];
  /** Says which objects are tenant-aware, and gives them their field. Asked once for each object; at most one plugin brings it. */
  organizationOf?(object: WrittenObject): OrganizationField | undefined;
  /** Fields that the plugin keeps on an object beside those that the definitions give it, such as interim results. Asked once for each object; a name that is taken is an error. */
  keptFields?(object: WrittenObject): Readonly<Record<string, DefinitionInput>>;
  /** Indexes that statements of the plugin need. What another index serves is not made again, and a plain one that a wanted one begins with makes way for it. The Catalog is not yet checked. */
  indexes?(catalog: Catalog): readonly WantedIndex[];
  /** Called once with the linked Catalog and the documents of all kinds; an error stops the start after everything was checked. */
  check?(catalog: Catalog, report: CatalogReport, documents: KindDocuments): void;
}

declare module '../kernel/plugin.ts' {
  interface Phases {
    metadata: MetadataPhase;
  }
}

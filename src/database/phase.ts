/** A table that is no business object: change log, idempotency keys. Plugins contribute it. */
export interface PlatformTable {
  /** Name of the table in the database. */
  readonly name: string;
  /** The Prisma `model` block, with `@@map` when the model is named otherwise. */
  readonly model: string;
  /** Statements for what Prisma cannot say (partial or expression indexes, checks), each with how it is undone. */
  readonly sql?: readonly PlatformSql[];
}

export interface PlatformSql {
  /** Unique among all tables; the statement is run anew when it changes under the same name. */
  readonly name: string;
  readonly create: string;
  readonly drop: string;
}

/** Tables of one plugin. They become part of `schema.prisma` and of the migrations. */
export interface DatabasePhase {
  readonly tables?: readonly PlatformTable[];
}

declare module '../kernel/plugin.ts' {
  interface Phases {
    readonly database: DatabasePhase;
  }
}

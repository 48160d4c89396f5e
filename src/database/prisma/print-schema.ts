import { indexedFields } from '../../metadata/catalog.ts';
import type { Catalog, CatalogField, CatalogLink, CatalogObject } from '../../metadata/catalog.ts';
import { indexName, sqlName } from '../../metadata/naming.ts';
import { toPascal } from '../../metadata/words.ts';
import type { PlatformTable } from '../phase.ts';
import { keyIsPartial } from '../extra-sql.ts';
import { defaultAttribute } from './field-default.ts';

const header = `// Printed from the definitions in schema/. Change those instead.

generator client {
  provider = "prisma-client"
  output   = "./client"
}

datasource db {
  provider = "postgresql"
}
`;

type Line = readonly [name: string, type: string, ...attributes: (string | undefined)[]];

/** The Catalog as `schema.prisma`: one model an object, one a link table, then the tables of plugins. Same Catalog, same text. */
export function printPrismaSchema(catalog: Catalog, tables: readonly PlatformTable[] = []): string {
  const reverses = reverseLines(catalog);
  const models = [
    ...[...catalog.objects.values()].filter(({ view }) => !view).map((object) => printObject(object, catalog, reverses.get(object.name) ?? [])),
    ...catalog.links.flatMap((link) => printLink(link, catalog) ?? []),
    ...[...tables].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ model }) => `${model.trim()}\n`),
  ];
  return [header, ...models].join('\n');
}

/** Prisma refuses names that start with an underscore. */
const prismaName = (name: string): string => name.replace(/^_+/, 'x_');
const relationName = (table: string, column: string): string => sqlName(`${table}_${column}`);
const mapped = (name: string, column: string): string | undefined => (name === column ? undefined : `@map("${column}")`);
const scalarName = (field: CatalogField): string => prismaName(field.graphqlName);

function printObject(object: CatalogObject, catalog: Catalog, reverses: readonly Line[]): string {
  const lines: Line[] = [];
  const byName = new Map<string, CatalogField>();
  for (const field of object.fields.values()) {
    const shape = columnOf(field);
    if (!shape) continue;
    byName.set(field.name, field);
    lines.push(scalarLine(object, field));
    const target = field.reference && catalog.objects.get(field.reference.object);
    if (target && field.column !== undefined) lines.push(relationLine(object, field, target));
  }
  const columnNames = (names: readonly string[]): string[] => names.flatMap((name) => byName.get(name)?.column ?? []);
  const scalarNames = (names: readonly string[]): string => names.flatMap((name) => byName.get(name) ?? []).map(scalarName).join(', ');
  const blocks: string[] = [];
  const covered = new Set<string>();
  for (const key of object.keys) {
    const fields = indexedFields(key);
    const columns = columnNames(fields);
    if (columns.length !== fields.length || (fields.length === 1 && fields[0] === 'id') || keyIsPartial(object, fields)) continue;
    covered.add(columns.join());
    blocks.push(`@@unique([${scalarNames(fields)}], map: "${indexName(object.table, columns, true)}")`);
  }
  for (const { name, fields, unique, type, partial } of object.indexes) {
    const columns = columnNames(fields);
    if (type !== 'btree' || partial !== undefined || columns.length !== fields.length || (unique && keyIsPartial(object, fields))) continue;
    const id = columns.join();
    if (covered.has(id)) continue;
    covered.add(id);
    blocks.push(`@@${unique ? 'unique' : 'index'}([${scalarNames(fields)}], map: "${sqlName(name)}")`);
  }
  for (const field of byName.values()) {
    // A parent's children are listed in the order of their ids, so the index holds both.
    if (!field.reference || !catalog.objects.has(field.reference.object) || field.column === undefined || covered.has(`${field.column},id`)) continue;
    blocks.push(`@@index([${scalarName(field)}, id], map: "${indexName(object.table, [field.column, 'id'], false)}")`);
  }
  blocks.push(`@@map("${object.table}")`);
  return printModel(prismaName(object.names.type), object.label, [...lines, ...reverses], blocks);
}

function columnOf(field: CatalogField) {
  return field.column === undefined ? undefined : field.type.column(field);
}

/** A column whose values every row has. Lists are never null in Prisma's language; a check holds them (`extra-sql.ts`). */
function scalarLine(object: CatalogObject, field: CatalogField): Line {
  const { prismaType, prismaNative } = columnOf(field) ?? { prismaType: 'String', prismaNative: undefined };
  const name = scalarName(field);
  const optional = field.required || prismaType.endsWith('[]') ? '' : '?';
  const map = mapped(name, field.column ?? name);
  if (field.name === 'id') return [name, prismaType, `@id(map: "${sqlName(`${object.table}_pkey`)}")`, '@default(uuid(7))', map, prismaNative];
  return [name, `${prismaType}${optional}`, systemDefault(field) ?? defaultAttribute(field, prismaType), map, prismaNative];
}

function systemDefault(field: CatalogField): string | undefined {
  if (!field.system) return undefined;
  if (field.name === 'created_at' || field.name === 'updated_at') return '@default(now())';
  return field.name === 'version' ? '@default(1)' : undefined;
}

function relationLine(object: CatalogObject, field: CatalogField, target: CatalogObject): Line {
  const column = field.column ?? field.name;
  const relation = [...object.relations.values()].find((one) => one.kind === 'one' && one.field === field.name);
  const action = { set_null: field.required ? 'Restrict' : 'SetNull', cascade: 'Cascade', restrict: 'Restrict' }[field.reference?.onDelete ?? 'set_null'];
  return [
    prismaName(relation?.name ?? `${column}_record`),
    `${prismaName(target.names.type)}${field.required ? '' : '?'}`,
    `@relation("${relationName(object.table, column)}", fields: [${scalarName(field)}], references: [id], onDelete: ${action}, onUpdate: NoAction, map: "${sqlName(`${object.table}_${column}_fkey`)}")`,
  ];
}

/** The many sides, by object: Prisma wants both ends of a relation named. */
function reverseLines(catalog: Catalog): Map<string, Line[]> {
  const lines = new Map<string, Line[]>();
  const add = (object: string, line: Line): void => {
    lines.set(object, [...(lines.get(object) ?? []), line]);
  };
  for (const object of catalog.objects.values()) {
    if (object.view) continue;
    for (const field of object.fields.values()) {
      const target = field.reference && columnOf(field) ? catalog.objects.get(field.reference.object) : undefined;
      if (!target || field.column === undefined) continue;
      const many = [...target.relations.values()].find((one) => one.kind === 'many' && one.target === object.name && one.targetField === field.name);
      add(target.name, [prismaName(many?.name ?? `${object.table}_${field.column}`), `${prismaName(object.names.type)}[]`, `@relation("${relationName(object.table, field.column)}")`]);
    }
  }
  for (const link of catalog.links) {
    add(link.object, [prismaName(link.table), `${linkModel(link)}[]`, `@relation("${relationName(link.table, 'source_id')}")`]);
    add(link.target, [prismaName(`${link.table}_target`), `${linkModel(link)}[]`, `@relation("${relationName(link.table, 'target_id')}")`]);
  }
  return lines;
}

const linkModel = (link: CatalogLink): string => prismaName(toPascal(link.table));

function printLink(link: CatalogLink, catalog: Catalog): string | undefined {
  const source = catalog.objects.get(link.object);
  const target = catalog.objects.get(link.target);
  if (!source || !target) return undefined;
  const end = (column: string, object: CatalogObject, action: string): Line => [
    column,
    prismaName(object.names.type),
    `@relation("${relationName(link.table, `${column}_id`)}", fields: [${column}Id], references: [id], onDelete: ${action}, onUpdate: NoAction, map: "${sqlName(`${link.table}_${column}_id_fkey`)}")`,
  ];
  return printModel(
    linkModel(link),
    `${source.label} to ${target.label}`,
    [
      ['sourceId', 'String', '@map("source_id")', '@db.Uuid'],
      ['targetId', 'String', '@map("target_id")', '@db.Uuid'],
      ['position', 'Int', '@default(0)'],
      end('source', source, 'Cascade'),
      end('target', target, link.onDelete === 'restrict' ? 'Restrict' : 'Cascade'),
    ],
    [
      `@@id([sourceId, targetId], map: "${sqlName(`${link.table}_pkey`)}")`,
      `@@index([targetId, sourceId], map: "${indexName(link.table, ['target_id', 'source_id'], false)}")`,
      `@@map("${link.table}")`,
    ],
  );
}

/** Laid out as `prisma format` does: names, types and attributes in columns. */
function printModel(name: string, label: string, lines: readonly Line[], blocks: readonly string[]): string {
  const nameWidth = Math.max(...lines.map(([field]) => field.length));
  const typeWidth = Math.max(...lines.map(([, type]) => type.length));
  const fields = lines.map(([field, type, ...attributes]) => `  ${field.padEnd(nameWidth)} ${type.padEnd(typeWidth)} ${attributes.filter((one) => one !== undefined).join(' ')}`.trimEnd());
  return `/// ${label.replaceAll(/\s+/g, ' ')}\nmodel ${name} {\n${fields.join('\n')}\n\n${blocks.map((block) => `  ${block}`).join('\n')}\n}\n`;
}

import { scalarTypes } from '../../src/builder/scalar-types.ts';
import { errorCodes } from '../../src/errors.ts';
import { emptyField } from '../../src/metadata/empty-field.ts';
import type { CatalogField } from '../../src/metadata/catalog.ts';
import { expressionFunctions } from '../../src/metadata/expressions/functions.ts';
import type { FieldType, FilterFamily, GraphqlShape } from '../../src/metadata/field-type.ts';
import { fieldTypes } from '../../src/metadata/field-types/index.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import { settingInfos } from '../../src/platform/settings/list-settings.ts';
import type { SettingInfo } from '../../src/platform/settings/list-settings.ts';
import { settingsSchema } from '../../src/platform/settings/schema.ts';

/** Makes the text of a generated section of the pages. */
export type Section = () => string | Promise<string>;

/** By the name in `<!-- generated: name -->`. */
export const sections: Readonly<Record<string, Section>> = { 'field types': fieldTypeTable, settings: settingsTable, 'error codes': errorTable, commands: commandHelp, functions: functionTable, scalars: scalarTable };

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
const code = (text: string): string => `\`${text}\``;
const codes = (names: readonly string[]): string => (names.length === 0 ? '' : names.map(code).join(' '));

function fieldTypeTable(): string {
  const rows = [...fieldTypes.values()].map((type) => {
    const field = emptyField(type);
    return [code(type.name), type.description, column(type, field), graphql(type.graphql(field)), filter(type.filters(field)), uses(type), codes(ownKeys(type))];
  });
  return table(['type', 'holds', 'column', 'GraphQL', 'filter', 'used for', 'own keys'], rows);
}

function scalarTable(): string {
  const rows = Object.entries(scalarTypes).map(([name, { output, input }]) => [code(name), code(output), code(input)]);
  return table(['scalar', 'in answers', 'in variables'], rows);
}

function column(type: FieldType, field: CatalogField): string {
  const shape = type.column(field);
  return shape ? code(shape.pgType) : type.computed ? 'computed' : 'none';
}

function graphql(shape: GraphqlShape): string {
  const named = (name: string): string => code(shape.kind !== 'relation' && shape.list === true ? `[${name}!]` : name);
  switch (shape.kind) {
    case 'scalar':
      return named(shape.scalar);
    case 'enum':
      return `${named('<Enum>')} of the options`;
    case 'embedded':
      return shape.typeName === undefined ? `${named('<Type>')} of the sub-fields` : named(shape.typeName);
    case 'relation':
      return `the record, and its ${code('ID')}`;
  }
}

const families: Readonly<Record<FilterFamily, string>> = {
  id: 'IDFilter', string: 'StringFilter', int: 'IntFilter', float: 'FloatFilter', decimal: 'DecimalFilter', boolean: 'BooleanFilter', date: 'DateFilter', datetime: 'DateTimeFilter',
  time: 'TimeFilter', enum: '<Enum>Filter', enumList: '<Enum>ListFilter', stringList: 'StringListFilter', json: 'JSONFilter',
};

const filter = (family: FilterFamily | undefined): string => (family === undefined ? 'no' : code(families[family]));

function uses(type: FieldType): string {
  return [type.sortable && 'sort', type.groupable && 'group', type.searchText && 'search', ...type.aggregates.filter((name) => name !== 'count')].filter((use) => typeof use === 'string').join(', ');
}

/** Keys that the server acts on; those for user interfaces and those without effect are not listed. */
function ownKeys(type: FieldType): readonly string[] {
  const idle = new Set([...(type.clientKeys ?? []), ...(type.inertKeys ?? [])]);
  return Object.keys(type.keys).filter((key) => !idle.has(key));
}

function functionTable(): string {
  return table(
    ['function', 'gives', 'also'],
    expressionFunctions.map(({ signature, description, aliases }) => [code(signature), description, codes(aliases)]),
  );
}

function settingsTable(): string {
  const defaults = settingsSchema.parse({});
  return table(
    ['setting', 'variable', 'default', 'what it does'],
    settingInfos.map((info) => [code(info.key), code(info.env), defaultOf(info, defaults), info.description]),
  );
}

function defaultOf({ path }: SettingInfo, defaults: unknown): string {
  const value = path.reduce<unknown>((part, key) => (part as Readonly<Record<string, unknown>> | undefined)?.[key], defaults);
  if (value === undefined) return '';
  return code(typeof value === 'string' ? value : JSON.stringify(value));
}

function errorTable(): string {
  return table(['code', 'HTTP status', 'meaning'], Object.entries(errorCodes).map(([name, { status, meaning }]) => [code(name), String(status), meaning]));
}

const commands = [[], ['init'], ['dev'], ['start'], ['validate'], ['migrate'], ['migrate', 'dev'], ['migrate', 'deploy'], ['migrate', 'status'], ['migrate', 'diff'], ['seed'], ['codegen'], ['doctor'], ['plugins']];

async function commandHelp(): Promise<string> {
  const parts: string[] = [];
  for (const command of commands) {
    const lines: string[] = [];
    const write = (text: string): number => lines.push(text);
    const exit = await runCli([...command, '--help'], { out: write, error: write, style: (_, text) => text, colored: false, signal: new AbortController().signal, env: {} });
    if (exit !== 0) throw new Error(`objectos ${command.join(' ')} --help ended with ${exit}.`);
    const help = unwrap(lines.join('\n')).replaceAll(/ \(default: "[^"]*"\)/g, ' (default: the current folder)');
    parts.push(`### ${['objectos', ...command].join(' ')}\n\n\`\`\`text\n${help}\n\`\`\``);
  }
  return parts.join('\n\n');
}

/** The width of the terminal breaks lines; the page has them whole. */
function unwrap(help: string): string {
  return help.replaceAll(/(\S)\n {20,}(\S)/g, '$1 $2').replaceAll(/^([a-z][^\n]*)\n(?=[a-z])/gm, '$1 ');
}

import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src');

/** The rooms in the order of import: a file may import from its own room and from those to its left. */
const rooms = ['errors', 'kernel', 'metadata', 'database', 'resolvers', 'builder', 'plugins', 'server', 'platform', 'cli'] as const;
type Room = (typeof rooms)[number];

/** `src/index.ts` is the library's face. */
const filesOfRoom: Readonly<Record<string, Room>> = { 'index.ts': 'platform' };

/** Packages that one room alone may touch. */
const owners: readonly { readonly packages: RegExp; readonly where: RegExp; readonly why: string }[] = [
  { packages: /^(pg|pg-(?!boss$).*|@electric-sql\/.*|@prisma\/.*|prisma)$/, where: /^database\//, why: 'only database/ knows a driver or Prisma' },
  { packages: /^pg-boss$/, where: /^plugins\/jobs\//, why: 'only the plugin jobs knows what jobs are kept by' },
  { packages: /^yaml$/, where: /^metadata\//, why: 'only metadata/ reads YAML' },
  { packages: /^@pothos\//, where: /^(builder\/|plugins\/[^/]+\/schema(\.ts|\/))/, why: "only builder/ and plugins' schema parts use Pothos" },
  { packages: /^(graphql-yoga|@graphql-yoga\/.*)$/, where: /^server\//, why: 'only server/ knows Yoga' },
  { packages: /^(graphql-ws|ws)$/, where: /^(server\/|plugins\/stitching\/remote\/)/, why: 'only server/ knows graphql-ws, and the client of remote services' },
  { packages: /^@graphql-tools\/(?!utils$)/, where: /^plugins\/stitching\//, why: 'only the plugin stitching knows what services are stitched with' },
  { packages: /^graphql$/, where: /^((resolvers|builder|plugins|server|platform|cli)\/|(platform|index)\.ts$)/, why: 'graphql starts at resolvers/' },
  { packages: /^(commander|chokidar)$/, where: /^cli\//, why: 'only cli/ talks to a terminal' },
];

interface Import {
  /** Relative to src/. */
  readonly from: string;
  /** Relative to src/, or a package name. */
  readonly to: string;
  readonly internal: boolean;
}

function packageOf(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).sort();

const imports: readonly Import[] = files.flatMap((from) =>
  ts.preProcessFile(readFileSync(join(source, from), 'utf8'), true, true).importedFiles.map(({ fileName }): Import => {
    if (!fileName.startsWith('.')) return { from, to: packageOf(fileName), internal: false };
    return { from, to: relative(source, resolve(source, dirname(from), fileName)), internal: true };
  }),
);

function roomOf(file: string): Room | undefined {
  const [first = ''] = file.split('/');
  return filesOfRoom[first] ?? rooms.find((room) => first === room || first === `${room}.ts`);
}

const show = ({ from, to }: Import): string => `src/${from} imports ${to}`;

describe('the rooms of src/', () => {
  it('are all known', () => {
    expect(files.filter((file) => roomOf(file) === undefined)).toEqual([]);
    expect(files.length).toBeGreaterThan(20);
  });

  it('import only to the left', () => {
    const wrong = imports.filter(({ from, to, internal }) => {
      if (!internal) return false;
      const [own, other] = [roomOf(from), roomOf(to)];
      return own === undefined || other === undefined || rooms.indexOf(other) > rooms.indexOf(own);
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('name the file they import, with its ending', () => {
    expect(imports.filter(({ to, internal }) => internal && !files.includes(to)).map(show)).toEqual([]);
  });

  it('keep plugins apart: they meet through services and events', () => {
    const pluginOf = (file: string) => /^plugins\/([^/]+)\//.exec(file)?.[1];
    const wrong = imports.filter(({ from, to }) => {
      const [own, other] = [pluginOf(from), pluginOf(to)];
      return own !== undefined && other !== undefined && own !== other;
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('give every plugin the same shape: a folder with index.ts, which plugins/index.ts lists', () => {
    const folders = new Set(files.flatMap((file) => /^plugins\/([^/]+)\//.exec(file)?.[1] ?? []));
    expect([...folders].filter((folder) => !files.includes(`plugins/${folder}/index.ts`))).toEqual([]);
    const listed = imports.filter(({ from }) => from === 'plugins/index.ts').map(({ to }) => to);
    expect([...folders].filter((folder) => !listed.includes(`plugins/${folder}/index.ts`))).toEqual([]);
  });

  it.each(owners)('$why', ({ packages, where }) => {
    const wrong = imports.filter(({ from, to, internal }) => !internal && packages.test(to) && !where.test(from));
    expect(wrong.map(show)).toEqual([]);
  });

  it('import only packages that package.json lists for installation', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly dependencies: Record<string, string> };
    const allowed = new Set([...Object.keys(manifest.dependencies), ...builtinModules]);
    const wrong = imports.filter(({ to, internal }) => !internal && !to.startsWith('node:') && !allowed.has(to));
    expect(wrong.map(show)).toEqual([]);
  });

  it('export by name', () => {
    const wrong = files.filter((file) => /^export default /m.test(readFileSync(join(source, file), 'utf8')));
    expect(wrong).toEqual([]);
  });
});

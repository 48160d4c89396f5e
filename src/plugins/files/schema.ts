import { GraphQLError, GraphQLScalarType } from 'graphql';
import type { SchemaExtension, SchemaPhase } from '../../builder/phase.ts';
import type { OutputField } from '../../builder/spec.ts';
import { Upload, type StoredFile } from '../../kernel/uploads.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { Addresses } from './download/address.ts';

const upload = new GraphQLScalarType({
  name: 'Upload',
  description: 'A file that comes with the request: a variable that a multipart request maps to one of its files.',
  specifiedByURL: 'https://github.com/jaydenseric/graphql-multipart-request-spec',
  parseValue(value) {
    if (value instanceof Upload) return value;
    throw new GraphQLError('A file is sent in a multipart request, whose map leads to this variable.');
  },
  parseLiteral() {
    throw new GraphQLError('A file is given by a variable.');
  },
  serialize() {
    throw new GraphQLError('Files are read by their address.');
  },
});

/** Entries for files, and the mutation that brings one before the record that takes it. */
export function extendWithFiles({ addType, addFields, addInputFields, hasType }: SchemaExtension, keep: (file: StoredFile, context: RequestContext) => Promise<string>): void {
  addType('Upload', { kind: 'scalar', scalar: upload });
  if (hasType('FileInput')) {
    addInputFields('FileInput', {
      id: { type: 'ID', description: 'A file that you uploaded, or that the field has already.' },
      upload: { type: 'Upload', description: 'A file that comes with this request.' },
    });
  }
  const part = (name: keyof StoredFile | 'url', type: string, description: string): OutputField => ({ type, description, resolve: (file) => (file as StoredFile & { readonly url: string })[name] });
  addType('UploadedFile', {
    kind: 'object', role: 'shared', description: 'A file that waits for a record to take it.',
    fields: () => ({
      id: part('id', 'ID!', 'For `{ id }` in inputs.'),
      name: part('name', 'String!', 'As the client calls it.'),
      size: part('size', 'Float!', 'Bytes.'),
      mimeType: part('mimeType', 'String!', 'As found in its contents.'),
      width: part('width', 'Int', 'Pixels, of images.'),
      height: part('height', 'Int', 'Pixels, of images.'),
      url: part('url', 'String!', 'Where it can be read for a while.'),
    }),
  });
  addFields('Mutation', {
    uploadFile: {
      type: 'UploadedFile!',
      description: 'Takes in a file. It is removed after a while unless a record takes it.',
      args: { file: { type: 'Upload!' } },
      async resolve(_parent, args, context) {
        const { file } = (args as { readonly file: Upload }).file;
        return { ...file, url: await keep(file, context) };
      },
    },
  });
}

/** What is known of kept files, in the type that all file fields share. */
export function fileField(field: OutputField, { type, name }: Parameters<NonNullable<SchemaPhase['field']>>[1], addresses: () => Addresses): OutputField {
  if (type.name !== 'File' || type.role !== 'embedded') return field;
  switch (name) {
    case 'id': return { ...field, type: 'ID', description: 'Of a file that the platform keeps.' };
    case 'width':
    case 'height': return { ...field, type: 'Int' };
    case 'url': return { ...field, description: 'Where it can be read. The address of a kept file is good for a while.', source: { kind: 'embeddedPart', sql: (stored, holder, { binds }) => addresses().sql(stored, holder, binds) } };
    default: return field;
  }
}

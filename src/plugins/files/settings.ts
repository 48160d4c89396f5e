import * as z from 'zod';

const s3Settings = z.strictObject({
  endpoint: z.url().describe('Address of the service, without the bucket: https://s3.eu-central-1.amazonaws.com.'),
  bucket: z.string().min(1).describe('Name of the bucket, which must be there.'),
  region: z.string().min(1).default('us-east-1').describe('Region that requests are signed for.'),
  accessKeyId: z.string().min(1).describe('Id of the key that requests are signed with.'),
  secretAccessKey: z.string().min(1).describe('The key itself.'),
  prefix: z.string().regex(/^([\w!.*'()-]+\/)*$/, 'must be empty or end with a slash').default('').describe('Beginning of the names of all objects: crm/.'),
});

export const filesSettings = z.strictObject({
  directory: z.string().min(1).optional().describe('Folder of files, relative to the app; .objectos/files by default, a temporary one beside an embedded database in memory. With s3 they only pass through it.'),
  s3: s3Settings.optional().describe('A service with the API of S3, which keeps the files in place of the folder.'),
  baseUrl: z.url().optional().describe('What the addresses of files begin with, where clients are not pages of this server: https://api.example.com.'),
  maxFileBytes: z.int().min(1).max(5_000_000_000).default(50_000_000).describe('Largest file that is taken, whatever a field allows.'),
  maxFiles: z.int().min(1).max(1_000).default(10).describe('Most files of one request.'),
  keepHours: z.number().min(0.01).max(8_760).default(24).describe('Hours for which an uploaded file waits for a record that takes it.'),
  requestTimeout: z.int().min(1_000).max(86_400_000).default(600_000).describe('Milliseconds that a request may take to arrive, with its files.'),
});

export type FilesSettings = z.output<typeof filesSettings>;
export type FilesSettingsInput = z.input<typeof filesSettings>;
export type S3Settings = z.output<typeof s3Settings>;

import { fileType } from './file-type.ts';

export const file = fileType({ name: 'file', description: 'A file by its address.' });

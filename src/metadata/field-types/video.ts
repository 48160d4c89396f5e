import { fileType } from './file-type.ts';

export const video = fileType({ name: 'video', description: 'A video by its address.', mediaTypes: ['video'] });

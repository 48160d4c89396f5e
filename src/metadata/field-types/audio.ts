import { fileType } from './file-type.ts';

export const audio = fileType({ name: 'audio', description: 'A sound recording by its address.', mediaTypes: ['audio'] });

import { relationType } from './relation-type.ts';

export const user = relationType({ name: 'user', description: 'A user of the platform, or several with multiple.', plural: true });

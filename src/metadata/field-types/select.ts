import { optionsType } from './options.ts';

export const select = optionsType({ name: 'select', description: 'One of the declared options.', list: false });

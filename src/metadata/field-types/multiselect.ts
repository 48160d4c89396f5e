import { optionsType } from './options.ts';

export const multiselect = optionsType({ name: 'multiselect', description: 'Several of the declared options.', list: true });

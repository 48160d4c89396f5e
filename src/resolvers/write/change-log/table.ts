/** Where changes, and the point up to which old ones are gone, are kept. */
export const changeLogTable = 'objectos_change_log';
export const changeHorizonTable = 'objectos_change_horizon';
/** Listeners on this channel are woken when something was committed. */
export const changesChannel = 'objectos_changes';

/** Header that carries the address of the client as this server sees it. */
export const addressHeader = 'x-objectos-client-address';
export const cookiePrefix = 'objectos';
/** Below which browsers sign in: callbacks of providers and links in mails. */
export const authPath = '/auth';

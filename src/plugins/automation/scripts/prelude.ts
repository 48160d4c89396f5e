/** Runs inside the sandbox: makes `ctx` of what a script is given, and text of what it answers. `call` is the only way out. */
export const prelude = `(function () {
  const { parse, stringify } = JSON;
  return async function (call, given, script) {
    const { can, ...data } = parse(given);
    const ask = async (name, ...args) => {
      const answer = await call(name, stringify(args));
      return parse(answer);
    };
    const level = (name) => (...parts) => { call('log', stringify([name, parts.map((part) => (typeof part === 'string' ? part : stringify(part))).join(' ')])); };
    const logger = can.includes('log') ? { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') } : undefined;
    const api = {
      ...(can.includes('read') && { query: (document, variables = {}) => ask('query', document, variables) }),
      ...(can.includes('write') && {
        create: (object, fields) => ask('create', object, fields),
        update: (object, id, fields) => ask('update', object, id, fields),
        delete: (object, id) => ask('delete', object, id),
      }),
    };
    const http = can.includes('http') ? (request) => ask('http', request) : undefined;
    const result = await script({ ...data, context: data.record, api, ...(http && { http }), ...(logger && { logger, log: logger }) });
    return stringify(result === undefined ? null : result) ?? 'null';
  };
})()`;

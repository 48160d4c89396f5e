import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

type Json = Readonly<Record<string, unknown>>;

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

export interface RestCall {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The request is meant to be wrong: the document need not know it. */
  readonly wrong?: boolean;
}

/** A client that holds every request and every answer against the OpenAPI document that the server gives to whoever asks. */
export async function restClient(url: string, headers: Readonly<Record<string, string>> = {}) {
  const document = (await (await fetch(`${url}/api/openapi.json`, { headers })).json()) as Json;
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(document, 'api');
  const paths = document['paths'] as Readonly<Record<string, Readonly<Record<string, Json>>>>;
  const checks = new Map<string, ValidateFunction>();
  const used = new Set<string>();

  const check = (pointer: string, value: unknown, what: string): void => {
    const validate = checks.get(pointer) ?? ajv.compile({ $ref: `api#${pointer}` });
    checks.set(pointer, validate);
    if (!validate(value)) throw new Error(`${what} does not fit the document at ${pointer}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(value)}`);
  };
  const escape = (text: string): string => text.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');
  const placeOf = (method: string, path: string): readonly [string, Json] | undefined => {
    const fits = (pattern: string): boolean => new RegExp(`^${pattern.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
    // Fixed parts come before parameters.
    const found = Object.keys(paths).filter(fits).sort((a, b) => Number(a.includes('{')) - Number(b.includes('{')))[0];
    const operation = found === undefined ? undefined : paths[found]?.[method.toLowerCase()];
    return found === undefined || !operation ? undefined : [`/paths/${escape(found)}/${method.toLowerCase()}`, operation];
  };

  return {
    document,
    /** Operations that were called. */
    used: used as ReadonlySet<string>,
    async call(method: string, path: string, { body, headers: more, wrong = false }: RestCall = {}): Promise<RestAnswer> {
      const { pathname, searchParams } = new URL(path, url);
      const place = placeOf(method, pathname);
      if (!wrong) {
        if (!place) throw new Error(`The document has no ${method} ${pathname}.`);
        used.add(String(place[1]['operationId']));
        const known = ((place[1]['parameters'] ?? []) as readonly { readonly name: string; readonly in: string }[]).filter((parameter) => parameter.in === 'query').map(({ name }) => name);
        for (const name of searchParams.keys()) if (!known.includes(name)) throw new Error(`The document has no parameter ${name} for ${method} ${pathname}.`);
        if (body !== undefined) check(`${place[0]}/requestBody/content/application~1json/schema`, body, `The body of ${method} ${path}`);
      }
      const response = await fetch(`${url}${path}`, { method, headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }), ...more }, ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }) });
      const text = await response.text();
      const answer = text === '' ? {} : (JSON.parse(text) as Json);
      if (response.status >= 400) {
        if (!response.headers.get('content-type')?.startsWith('application/problem+json')) throw new Error(`${method} ${path} answers ${response.status} without a problem: ${text}`);
        check('/components/schemas/Problem', answer, `The problem of ${method} ${path}`);
      } else if (place && text !== '') check(`${place[0]}/responses/${response.status}/content/application~1json/schema`, answer, `The answer of ${method} ${path}`);
      return { status: response.status, headers: response.headers, body: answer };
    },
  };
}

export type RestClient = Awaited<ReturnType<typeof restClient>>;

import { createReadStream } from 'node:fs';
import { request as overHttp, type IncomingMessage } from 'node:http';
import { request as overHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { AwsV4Signer } from 'aws4fetch';
import type { S3Settings } from '../settings.ts';
import type { Storage } from './storage.ts';

interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readable;
}

/** Milliseconds for which a connection may be silent. */
const silence = 30_000;
/** SHA-256 of nothing. */
const noContents = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** A bucket of a service with the API of S3, addressed by path (`endpoint/bucket/key`). */
export function s3Storage({ endpoint, bucket, region, accessKeyId, secretAccessKey, prefix }: S3Settings): Storage {
  const addressOf = (key: string): string => `${endpoint.replace(/\/$/, '')}/${bucket}${key === '' ? '' : `/${prefix}${key}`}`;

  const send = async (key: string, { method, headers = {}, body }: S3Request): Promise<IncomingMessage> => {
    const signer = new AwsV4Signer({ method, url: addressOf(key), headers: { 'x-amz-content-sha256': noContents, ...headers }, accessKeyId, secretAccessKey, region, service: 's3', allHeaders: true });
    const signed = await signer.sign();
    return new Promise((resolve, reject) => {
      const make = signed.url.protocol === 'https:' ? overHttps : overHttp;
      const request = make(signed.url, { method, headers: Object.fromEntries(signed.headers as unknown as Iterable<[string, string]>), timeout: silence }, resolve);
      request.on('timeout', () => request.destroy(new Error('The object storage does not answer.')));
      request.on('error', (error) => {
        body?.destroy();
        reject(error);
      });
      if (!body) return request.end();
      body.on('error', (error) => request.destroy(error));
      body.pipe(request);
    });
  };

  /** The response, or an error with what the service says. */
  const ask = async (key: string, request: S3Request, accepted: readonly number[]): Promise<IncomingMessage> => {
    const response = await send(key, request);
    if (accepted.includes(response.statusCode ?? 0)) return response;
    const code = /<Code>(\w+)<\/Code>/.exec(await textOf(response))?.[1];
    throw new Error(`The object storage answered ${request.method} of ${key === '' ? 'its bucket' : key} with ${response.statusCode ?? 'nothing'}${code === undefined ? '' : ` ${code}`}.`);
  };

  return {
    async upload(key, { path, size, digest, mimeType }) {
      const headers = { 'content-length': String(size), 'content-type': mimeType, 'x-amz-content-sha256': digest };
      (await ask(key, { method: 'PUT', headers, body: createReadStream(path) }, [200])).resume();
    },
    download: (key, range) => ask(key, { method: 'GET', ...(range && { headers: { range: `bytes=${range.start}-${range.end}` } }) }, [range ? 206 : 200]),
    async delete(key) {
      (await ask(key, { method: 'DELETE' }, [200, 204, 404])).resume();
    },
    async check() {
      (await ask('', { method: 'HEAD' }, [200])).resume();
    },
  };
}

/** The beginning of a short answer. */
async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response as AsyncIterable<Buffer>) if (text.length < 10_000) text += chunk.toString('utf8');
  return text;
}

declare module 's3rver' {
  /** What of it the tests use. */
  class S3rver {
    constructor(options: { port: number; address: string; silent: boolean; directory: string; configureBuckets: readonly { name: string; configs: readonly string[] }[] });
    run(): Promise<{ readonly port: number }>;
    close(): Promise<void>;
  }
  export { S3rver as default };
}

#!/usr/bin/env node
import { createIo } from './io.ts';
import { runCli } from './run-cli.ts';

const ending = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    ending.abort(name);
    // A second signal ends the process at once: nothing handles it any more.
  });
}
process.exitCode = await runCli(process.argv.slice(2), createIo({ env: process.env, stdout: process.stdout, stderr: process.stderr, signal: ending.signal }));

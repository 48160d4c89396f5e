import { createIo } from './src/cli/io.ts';
import { runCli } from './src/cli/run-cli.ts';

// `npm run codegen`, with `-- --check` to compare only: the generated files of the sample app.
const { env, stdout, stderr, argv } = process;
process.exitCode = await runCli(['codegen', ...argv.slice(2)], createIo({ env, stdout, stderr, signal: new AbortController().signal }));

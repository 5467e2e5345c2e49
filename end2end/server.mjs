// Runs the server for the tests, and ends it with them.
//
// Playwright asks this whole process group to end, so a signal needs no passing on. If Playwright itself is
// killed, nobody asks; then the end of the standard input, which it holds, is the sign.
import { spawn } from 'node:child_process';

const program = process.env.PARSIMONY_BIN;
if (!program) {
  console.error('PARSIMONY_BIN must name the server program.');
  process.exit(2);
}
const server = spawn(program, { stdio: ['ignore', 'pipe', 'pipe'] });

// The server outlives a reader of its log by the time of an orderly end.
process.stdout.on('error', () => server.stdout.resume());
process.stderr.on('error', () => server.stderr.resume());
server.stdout.pipe(process.stdout);
server.stderr.pipe(process.stderr);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {});
}
process.stdin.on('end', () => server.kill('SIGTERM')).resume();
server.on('error', (error) => {
  console.error(`${program} could not start: ${error.message}`);
  process.exit(1);
});
server.on('exit', (code) => process.exit(code ?? 1));
